import Bitrix
import Fiscal
import Postgres

/// Finds orders that left the portal's stores for buyers who have not paid, and of which no event tells: sales on
/// credit without a receipt.
struct UnpaidShipments: Sendable {
    let shop: Shop
    let portal: Portal
    let store: ReconciliationStore

    /// What was found.
    struct Findings {
        var discrepancies: [Discrepancy] = []
        /// How far the list was read; nil: nowhere that is to be kept.
        var sweep: ShipmentSweep?
        /// Whether there is more to read than one comparison reads; nil: the portal stopped answering before that was
        /// known.
        var isBehind: Bool? = false
    }

    /// One discrepancy for each order, in the order of their shipments; or one that the portal could not be asked, or
    /// not to the end.
    ///
    /// - Throws: `PostgresError`.
    func findings(
        _ period: ReconciliationPeriod, _ options: Reconciliation.Options, now: Timestamp
    ) async throws(PostgresError) -> Findings {
        let shift = options.unpaidShift.components.seconds
        let patience = max(options.unpaidFor, Reconciliation.shipmentDelay).components.seconds
        // A shop that never told of an order by itself has its receipts from elsewhere: from checks, or not yet from
        // us.
        guard let told = try await store.firstOrderEvent(shop: shop.name, since: now.advanced(by: .zero - Self.memory))
        else { return Findings() }
        let start = max(period.start.secondsSince1970 - shift, told.secondsSince1970)
        let end = min(period.end.secondsSince1970 - shift, now.secondsSince1970 - patience)
        let inquiry = ShipmentInquiry(portal.client, until: options.end)
        do throws(Trouble) {
            if let pages = options.shipmentPages {
                return try await swept(inquiry, from: start, to: end, pages: pages, period.zone)
            }
            guard start < end else { return Findings() }
            let piece = try await asked { () throws(BitrixFault) in try await inquiry.shipped(from: start, to: end) }
            return Findings(discrepancies: Self.told(try await suspects(among: piece.shipped, inquiry), period.zone))
        } catch {
            switch error {
            case .database(let error): throw error
            case .portal(let fault): return Findings(discrepancies: Self.unasked(fault))
            }
        }
    }

    /// Asks again about a part of what was found, then reads on from where the last comparison stopped.
    private func swept(
        _ inquiry: ShipmentInquiry, from start: Int64, to end: Int64, pages: Int, _ zone: SettlementZone
    ) async throws(Trouble) -> Findings {
        let previous = try await stored { () throws(PostgresError) in try await store.sweep(shop: shop.name) }
        guard var sweep = ShipmentSweep.next(after: previous, from: start, to: end) ?? previous else {
            return Findings()
        }
        sweep.forget(until: end)
        sweep.suspects = try await silent(among: sweep.suspects)
        do throws(Trouble) {
            let due = sweep.due(atMost: ShipmentSweep.pagesForOld(of: pages))
            // Undone meanwhile, or removed with its order: then nothing was sold.
            let standing = try await asked { () throws(BitrixFault) in try await inquiry.standing(due) }
            sweep.asked(first: due.count, standing: try await unpaid(among: standing, inquiry))
            var left = ShipmentSweep.pagesForNew(of: pages, asked: ShipmentInquiry.questions(due.count))
            while !sweep.isDone, left > 0, !sweep.isFull {
                let (window, room) = (sweep, left)
                let piece = try await asked { () throws(BitrixFault) in
                    try await inquiry.shipped(from: window.start, to: window.end, above: window.last, atMost: room)
                }
                left -= piece.pages
                sweep.read(piece, found: try await suspects(among: piece.shipped, inquiry))
                // The rest of an earlier window may be followed by the one that has come since.
                if sweep.isDone, let next = ShipmentSweep.next(after: sweep, from: end, to: end) { sweep = next }
            }
        } catch {
            // What was read before stays read, and what was found stays told, unless the shop took back the right to
            // ask.
            guard case .portal(let fault) = error, !Self.isForbidden(fault) else { throw error }
            return Findings(
                discrepancies: Self.told(sweep.told, zone) + Self.unasked(fault), sweep: sweep,
                isBehind: sweep.covers(until: end) ? false : nil)
        }
        var findings = Findings(discrepancies: Self.told(sweep.told, zone), sweep: sweep)
        if !sweep.covers(until: end) {
            findings.isBehind = true
            findings.discrepancies.append(Discrepancy(.unasked, sweep.reason))
        }
        return findings
    }

    /// Those of these shipments that nobody told of, whose orders have no receipt of ours and no payment that is done.
    private func suspects(
        among shipments: [ShipmentInquiry.Shipped], _ inquiry: ShipmentInquiry
    ) async throws(Trouble) -> [ShipmentInquiry.Shipped] {
        try await unpaid(among: try await silent(among: shipments), inquiry)
    }

    /// Those of these shipments that nobody told of, whose orders have no receipt of ours.
    private func silent(
        among shipments: [ShipmentInquiry.Shipped]
    ) async throws(Trouble) -> [ShipmentInquiry.Shipped] {
        let orders = Set(shipments.map(\.order)).sorted()
        guard !orders.isEmpty else { return [] }
        let reported = try await stored { () throws(PostgresError) in
            try await store.reportedShipments(shop: shop.name, orders: orders)
        }
        let receipted = try await stored { () throws(PostgresError) in
            try await store.receiptedOrders(shop: shop.name, orders: orders)
        }
        return shipments.filter { !reported.contains($0.shipment) && !receipted.contains($0.order) }
    }

    /// Those of these shipments whose orders have no payment that is done.
    private func unpaid(
        among shipments: [ShipmentInquiry.Shipped], _ inquiry: ShipmentInquiry
    ) async throws(Trouble) -> [ShipmentInquiry.Shipped] {
        guard !shipments.isEmpty else { return [] }
        let paySystems = shop.settings.reconciliation.paySystems
        let unpaid = try await asked { () throws(BitrixFault) in
            try await inquiry.unpaid(of: Set(shipments.map(\.order)).sorted(), paySystems: paySystems)
        }
        return shipments.filter { unpaid.contains($0.order) }
    }

    /// How far back it is looked whether the shop tells of orders at all.
    private static let memory: Duration = .seconds(400 * 86_400)

    private enum Trouble: Error {
        case database(PostgresError)
        case portal(BitrixFault)
    }

    private func asked<Value>(_ question: () async throws(BitrixFault) -> Value) async throws(Trouble) -> Value {
        do throws(BitrixFault) {
            return try await question()
        } catch {
            throw .portal(error)
        }
    }

    private func stored<Value>(_ question: () async throws(PostgresError) -> Value) async throws(Trouble) -> Value {
        do throws(PostgresError) {
            return try await question()
        } catch {
            throw .database(error)
        }
    }

    static func told(_ shipments: [ShipmentInquiry.Shipped], _ zone: SettlementZone) -> [Discrepancy] {
        var seen: Set<String> = []
        return shipments.filter { seen.insert($0.order).inserted }.map { shipment in
            Discrepancy(
                .unreported, day: shipment.leftAt.flatMap { zone.clock(secondsSince1970: $0)?.date },
                order: shipment.order,
                "shipped by the portal and not paid, and no order.shipped came: a sale on credit without a receipt")
        }
    }

    /// A webhook without the right to ask is a shop's choice: what it never allows keeps no alarm open.
    private static func unasked(_ fault: BitrixFault) -> [Discrepancy] {
        guard !isForbidden(fault) else { return [] }
        return [Discrepancy(.unasked, "the portal could not be asked about unpaid shipments: \(fault.code)")]
    }

    private static func isForbidden(_ fault: BitrixFault) -> Bool { fault.code.lowercased() == "insufficient_scope" }
}
