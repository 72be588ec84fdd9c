import Bitrix
package import Fiscal
package import Postgres

/// Compares a shop's books day by day: what the shop told, what we receipted, what the provider and the portal say.
/// Changes nothing.
package struct Reconciliation: Sendable {
    package struct Options: Sendable {
        /// Whether provider and portal are asked too.
        package var asks = true
        /// For how long goods may be prepaid.
        package var prepaidFor: Duration = .seconds(30 * 86_400)
        /// How long an order may be out and not paid before its shipment counts as forgotten.
        package var unpaidFor: Duration = .seconds(14 * 86_400)
        /// How far before the period unpaid shipments are looked for; zero: those that left in the period.
        package var unpaidShift: Duration = .zero
        /// How many pages of the portal's shipments are read, going on from where an earlier comparison stopped, and
        /// how many more of those of orders with open prepayments; nil: all, whatever that takes of the portal's calls.
        package var shipmentPages: Int?
        /// How far before the period prepayments are looked for; zero: only those of the period.
        package var lookBack: Duration = .zero
        /// When to stop asking.
        package var end: ContinuousClock.Instant

        package init(end: ContinuousClock.Instant = .now.advanced(by: .seconds(86_400))) {
            self.end = end
        }
    }

    /// What was found, and what the bookkeeper enters.
    package struct Result: Sendable {
        package var discrepancies: [Discrepancy] = []
        package var days: [DayReport] = []
        /// Events and receipts that were compared, and receipts whose provider was asked.
        package var events = 0
        package var receipts = 0
        package var asked = 0
        /// How far the portal's shipments are read now, to be kept for the next comparison; nil: nothing is.
        package var sweep: ShipmentSweep?
        /// Whether there are shipments that this one did not come to; nil: that is not known.
        package var isBehind: Bool? = false
    }

    /// Orders with open prepayments that are looked at in one run.
    package static let mostOrders = 5000
    /// How long the news of a shipment may take from the portal to us.
    static let shipmentDelay: Duration = .seconds(3600)

    private let shop: Shop
    private let store: ReconciliationStore
    private let receipts: ReceiptStore
    private let providers: ProviderInquiry

    package init(shop: Shop, directory: ShopDirectory, pool: PostgresPool) {
        self.shop = shop
        store = ReconciliationStore(pool: pool)
        receipts = ReceiptStore(pool: pool)
        providers = ProviderInquiry(directory: directory, pool: pool)
    }

    /// Compares the days of a period.
    ///
    /// - Parameters:
    ///   - period: In the shop's zone.
    ///   - options: Who is asked, and how patient the shop is.
    ///   - reportsDays: Whether ``Result/days`` is filled, which reads every receipt of the shop.
    ///   - progress: Told the day and how many of its receipts were asked about so far.
    /// - Returns: Discrepancies in the order of the days, prepayments last.
    /// - Throws: `PostgresError`, `CancellationError`.
    package func run(
        _ period: ReconciliationPeriod, _ options: Options, reportsDays: Bool = false,
        progress: (CivilDate, Int) -> Void = { _, _ in }
    ) async throws -> Result {
        let now = try await store.now()
        let comparison = BookComparison(zone: period.zone, now: now, deadline: shop.settings.fiscalDeadline)
        let balances = reportsDays ? try await store.openPrepayments(shop: shop.name, period) : [:]
        var result = Result()
        var unasked: [Int64: ProviderStatement] = [:]
        for day in period.days {
            try Task.checkCancellation()
            guard let slice = period.only(day) else { continue }
            progress(day, 0)
            // Events first: a receipt that is printed between the two readings belongs to an event that was open.
            let events = try await store.events(shop: shop.name, slice)
            let booked = try await store.receipts(shop: shop.name, slice)
            var statements: [Int64: ProviderStatement] = [:]
            if options.asks {
                statements = await providers.ask(booked, until: options.end) { progress(day, $0) }
            }
            for (id, statement) in statements {
                if case .unasked = statement { unasked[id] = statement } else { result.asked += 1 }
            }
            let found = comparison.discrepancies(events, booked, statements.filter { unasked[$0.key] == nil })
            result.discrepancies += found
            result.events += events.count
            result.receipts += booked.count
            if reportsDays {
                result.days.append(
                    DayReport(
                        shop: shop.name, day: day, events: events, receipts: booked, discrepancies: found,
                        openPrepayments: balances[day] ?? .zero))
            }
        }
        result.discrepancies += comparison.discrepancies([], [], unasked)
        result.discrepancies += try await prepayments(period, options, now: now)
        if options.asks, let portal = shop.portal {
            let unpaid = try await UnpaidShipments(shop: shop, portal: portal, store: store)
                .findings(period, options, now: now)
            result.discrepancies += unpaid.discrepancies
            (result.sweep, result.isBehind) = (unpaid.sweep, unpaid.isBehind)
        }
        return result
    }

    private func prepayments(
        _ period: ReconciliationPeriod, _ options: Options, now: Timestamp
    ) async throws -> [Discrepancy] {
        let (orders, cut) = Self.looked(
            at: try await store.openOrders(
                shop: shop.name, from: period.start.advanced(by: .zero - options.lookBack), to: period.end,
                limit: Self.mostOrders + 1))
        var accounts: [PrepaymentAccount] = []
        for order in orders {
            try Task.checkCancellation()
            let history = try await receipts.history(shop: shop.name, order: order).map(\.past)
            if let account = PrepaymentAccount(order: order, receipts: history) { accounts.append(account) }
        }
        var found: [Discrepancy] = cut.map { [$0] } ?? []
        var shipped: Set<String> = []
        if options.asks, let portal = shop.portal, !accounts.isEmpty {
            switch await told(portal, of: accounts.map(\.order), options) {
            case .success(let told):
                // Read after the portal was asked: an event that came meanwhile counts.
                let reported = try await store.reportedShipments(shop: shop.name, orders: accounts.map(\.order))
                let late = now.secondsSince1970 - Self.shipmentDelay.components.seconds
                shipped = Set(
                    told.shipped.filter { !reported.contains($0.shipment) && ($0.leftAt ?? 0) < late }.map(\.order))
                if told.unasked > 0 {
                    found.append(
                        Discrepancy(
                            .unasked,
                            "whether they were shipped was not asked of \(told.unasked) of \(accounts.count) orders "
                                + "with open prepayments (reconcile.shipment_pages): other comparisons begin with others of them"
                        )
                    )
                }
            case .failure(let fault):
                found.append(Discrepancy(.unasked, "the portal could not be asked about shipments: \(fault.code)"))
            }
        }
        for account in accounts {
            if let discrepancy = account.discrepancy(
                patience: options.prepaidFor, shipped: shipped.contains(account.order), now: now, zone: period.zone)
            {
                found.append(discrepancy)
            }
        }
        return found
    }

    /// The orders that one run can look at, and what is to be said if they are not all of them.
    package static func looked(at orders: [String]) -> (orders: [String], cut: Discrepancy?) {
        guard orders.count > mostOrders else { return (orders, nil) }
        return (
            Array(orders.prefix(mostOrders)),
            Discrepancy(
                .unclosed,
                "more than \(mostOrders) orders have open prepayments: only the oldest \(mostOrders) were looked at")
        )
    }

    /// The orders in the sequence in which one comparison asks about them: where they are more than it may ask about,
    /// it begins with another one each time, so that none is never asked about.
    ///
    /// - Parameters:
    ///   - orders: All of them.
    ///   - most: About how many it asks.
    ///   - first: Which one is the first, from 0; counted round.
    /// - Returns: All of them, turned where that matters.
    package static func turned(_ orders: [String], atMost most: Int, from first: Int) -> [String] {
        guard orders.count > most else { return orders }
        let first = first % orders.count
        return Array(orders[first...] + orders[..<first])
    }

    private func told(
        _ portal: Portal, of orders: [String], _ options: Options
    ) async -> Swift.Result<ShipmentInquiry.Told, BitrixFault> {
        let pages = options.shipmentPages ?? .max
        let turned = Self.turned(
            orders, atMost: min(pages, orders.count) * ShipmentInquiry.width,
            from: .random(in: 0..<max(1, orders.count)))
        do throws(BitrixFault) {
            return .success(
                try await ShipmentInquiry(portal.client, until: options.end).shipped(of: turned, atMost: pages))
        } catch {
            return .failure(error)
        }
    }
}
