import Bitrix
import Fiscal
import Postgres

/// Finds orders that left the portal's stores for buyers who have not paid, and of which no event tells: sales on credit
/// without a receipt.
struct UnpaidShipments: Sendable {
    let shop: Shop
    let portal: Portal
    let store: ReconciliationStore

    /// One for each order, in the order of their shipments; or one that the portal could not be asked.
    ///
    /// - Throws: `PostgresError`.
    func discrepancies(
        _ period: ReconciliationPeriod, _ options: Reconciliation.Options, now: Timestamp
    ) async throws(PostgresError) -> [Discrepancy] {
        let shift = options.unpaidShift.components.seconds
        let patience = max(options.unpaidFor, Reconciliation.shipmentDelay).components.seconds
        // A shop that never told of an order by itself has its receipts from elsewhere: from checks, or not yet from us.
        guard let told = try await store.firstOrderEvent(shop: shop.name, since: now.advanced(by: .zero - Self.memory))
        else { return [] }
        let start = max(period.start.secondsSince1970 - shift, told.secondsSince1970)
        let end = min(period.end.secondsSince1970 - shift, now.secondsSince1970 - patience)
        guard start < end else { return [] }
        let inquiry = ShipmentInquiry(portal.client, until: options.end)
        let shipments: [ShipmentInquiry.Shipped]
        switch await asked({ () throws(BitrixFault) in try await inquiry.shipped(from: start, to: end) }) {
        case .success(let found): shipments = found
        case .failure(let fault): return Self.unasked(fault)
        }
        let orders = Set(shipments.map(\.order)).sorted()
        let reported = try await store.reportedShipments(shop: shop.name, orders: orders)
        let receipted = try await store.receiptedOrders(shop: shop.name, orders: orders)
        let silent = shipments.filter { !reported.contains($0.shipment) && !receipted.contains($0.order) }
        guard !silent.isEmpty else { return [] }
        let suspects = Set(silent.map(\.order)).sorted()
        let paySystems = shop.settings.reconciliation.paySystems
        switch await asked({ () throws(BitrixFault) in try await inquiry.unpaid(of: suspects, paySystems: paySystems) })
        {
        case .success(let unpaid): return Self.told(silent.filter { unpaid.contains($0.order) }, period.zone)
        case .failure(let fault): return Self.unasked(fault)
        }
    }

    /// How far back it is looked whether the shop tells of orders at all.
    private static let memory: Duration = .seconds(400 * 86_400)

    private func asked<Value>(
        _ question: () async throws(BitrixFault) -> Value
    ) async -> Result<Value, BitrixFault> {
        do throws(BitrixFault) {
            return .success(try await question())
        } catch {
            return .failure(error)
        }
    }

    private static func told(_ shipments: [ShipmentInquiry.Shipped], _ zone: SettlementZone) -> [Discrepancy] {
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
        guard fault.code.lowercased() != "insufficient_scope" else { return [] }
        return [Discrepancy(.unasked, "the portal could not be asked about unpaid shipments: \(fault.code)")]
    }
}
