package import Bitrix

/// Asks a portal which shipments of some orders have left.
package struct ShipmentInquiry: Sendable {
    /// Orders in one question.
    static let width = 50
    private static let pageSize = 50

    /// A shipment that the portal calls deducted.
    package struct Shipped: Hashable, Sendable {
        package let order: String
        package let shipment: String
        /// Seconds since 1970-01-01T00:00:00Z; nil where the portal does not say.
        package let leftAt: Int64?

        package init(order: String, shipment: String, leftAt: Int64?) {
            self.order = order
            self.shipment = shipment
            self.leftAt = leftAt
        }
    }

    private let client: BitrixClient

    package init(_ client: BitrixClient) {
        self.client = client
    }

    /// Orders whose numbers are none of Bitrix's are passed over.
    ///
    /// - Throws: ``BitrixFault``; nothing was changed in the portal.
    package func shipped(of orders: [String]) async throws(BitrixFault) -> [Shipped] {
        var found: [Shipped] = []
        var numbers = orders.compactMap { Int64($0) }[...]
        while !numbers.isEmpty {
            found += try await page(Array(numbers.prefix(Self.width)))
            numbers = numbers.dropFirst(Self.width)
        }
        return found
    }

    private func page(_ orders: [Int64]) async throws(BitrixFault) -> [Shipped] {
        var found: [Shipped] = []
        var last: Int64 = 0
        while true {
            let answer = try await client.call(Self.call(orders, above: last))
            guard let rows = answer.result["shipments"]?.elements else {
                throw .unexpected("sale.shipment.list", "list of shipments")
            }
            for row in rows where row["deducted"]?.flag == true {
                guard let order = row["orderId"]?.text, let id = row["id"]?.text else { continue }
                found.append(
                    Shipped(
                        order: order, shipment: id, leftAt: row["dateDeducted"]?.text.flatMap(EventTime.seconds)))
            }
            let highest = rows.compactMap { $0["id"]?.identifier }.max() ?? last
            guard rows.count >= Self.pageSize, highest > last else { return found }
            last = highest
        }
    }

    private static func call(_ orders: [Int64], above last: Int64) -> BitrixCall {
        BitrixCall(
            "sale.shipment.list",
            [
                "select": ["id", "orderId", "deducted", "dateDeducted"],
                "filter": [
                    "@orderId": .list(orders.map { .integer($0) }), "deducted": "Y", ">id": .integer(last),
                ], "order": ["id": "asc"], "start": -1,
            ])
    }
}
