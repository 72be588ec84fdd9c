package import Bitrix
import Fiscal

/// Asks a portal which shipments of some orders have left.
package struct ShipmentInquiry: Sendable {
    /// Orders, or shipments, in one question.
    static let width = 50
    private static let pageSize = 50

    /// A shipment that the portal calls deducted.
    package struct Shipped: Hashable, Codable, Sendable {
        package let order: String
        package let shipment: String
        /// Seconds since 1970-01-01T00:00:00Z; nil where the portal does not say.
        package let leftAt: Int64?

        package init(order: String, shipment: String, leftAt: Int64?) {
            self.order = order
            self.shipment = shipment
            self.leftAt = leftAt
        }

        /// Reads a row of `sale.shipment.list`; nil for what has not left.
        init?(_ row: BitrixValue) {
            guard row["deducted"]?.flag == true, let order = row["orderId"]?.text, let id = row["id"]?.text else {
                return nil
            }
            self.init(order: order, shipment: id, leftAt: row["dateDeducted"]?.text.flatMap(EventTime.seconds))
        }
    }

    /// A payment that was entered for an order.
    struct Payment: Hashable, Sendable {
        let order: String
        let isPaid: Bool
        let paySystem: Int?

        /// Reads a row of `sale.payment.list`; nil without an order.
        init?(_ row: BitrixValue) {
            guard let order = row["orderId"]?.text else { return nil }
            self.order = order
            isPaid = row["paid"]?.flag == true
            paySystem = row["paySystemId"]?.integer.flatMap { Int(exactly: $0) }
        }
    }

    /// A part of a list, by rising ids of shipments.
    package struct Piece: Hashable, Sendable {
        package let shipped: [Shipped]
        /// The highest id that was read; what the question began above, if there was none.
        package let last: Int64
        /// Whether the list ends with it.
        package let isWhole: Bool
        /// Questions that it took, from 1.
        package let pages: Int

        package init(shipped: [Shipped], last: Int64, isWhole: Bool, pages: Int) {
            self.shipped = shipped
            self.last = last
            self.isWhole = isWhole
            self.pages = pages
        }
    }

    private let client: BitrixClient
    private let end: ContinuousClock.Instant?

    /// - Parameters:
    ///   - client: Of the portal.
    ///   - end: When it is asked no more, and the question fails; nil: never.
    package init(_ client: BitrixClient, until end: ContinuousClock.Instant? = nil) {
        self.client = client
        self.end = end
    }

    /// What a portal told of some orders.
    package struct Told: Hashable, Sendable {
        package var shipped: [Shipped] = []
        /// Orders about which no more was asked than this, if anything.
        package var unasked = 0
    }

    /// Orders whose numbers are none of Bitrix's are passed over.
    ///
    /// - Parameters:
    ///   - orders: As the portal numbers them.
    ///   - pages: As many questions are asked at most, from 1.
    /// - Returns: What was read, be it of an order about which not all was asked.
    /// - Throws: ``BitrixFault``; nothing was changed in the portal.
    package func shipped(of orders: [String], atMost pages: Int = .max) async throws(BitrixFault) -> Told {
        var told = Told()
        var left = pages
        var numbers = orders.compactMap { Int64($0) }[...]
        while !numbers.isEmpty, left > 0 {
            let asked = numbers.prefix(Self.width)
            let piece = try await piece([.init("@orderId", .list(asked.map { .integer($0) }))], atMost: left)
            told.shipped += piece.shipped
            if !piece.isWhole { break }
            left -= piece.pages
            numbers = numbers.dropFirst(Self.width)
        }
        told.unasked = numbers.count
        return told
    }

    /// How many questions it takes to ask about so many.
    static func questions(_ count: Int) -> Int { (count + width - 1) / width }

    /// Those of these shipments that the portal still calls deducted, as it tells them now.
    ///
    /// Asks one question for each ``width`` of them: as many answers fit a page.
    ///
    /// - Returns: In the order in which they were given; without those that were undone, deleted or never were its own.
    /// - Throws: ``BitrixFault``; nothing was changed in the portal.
    package func standing(_ shipments: [Shipped]) async throws(BitrixFault) -> [Shipped] {
        var found: [String: Shipped] = [:]
        var numbers = shipments.compactMap { Int64($0.shipment) }[...]
        while !numbers.isEmpty {
            let filter: BitrixValue = .list(numbers.prefix(Self.width).map { .integer($0) })
            for shipment in try await piece([.init("@id", filter)], atMost: 1).shipped {
                found[shipment.shipment] = shipment
            }
            numbers = numbers.dropFirst(Self.width)
        }
        return shipments.compactMap { found[$0.shipment] }
    }

    /// Shipments that left between two instants, in seconds since 1970-01-01T00:00:00Z, the later one excluded.
    ///
    /// - Parameters:
    ///   - start: The first instant.
    ///   - end: The first instant after them.
    ///   - last: Only shipments with higher ids.
    ///   - pages: As many questions are asked at most, from 1.
    /// - Returns: What was read of the list.
    /// - Throws: ``BitrixFault``; nothing was changed in the portal.
    package func shipped(
        from start: Int64, to end: Int64, above last: Int64 = 0, atMost pages: Int = .max
    ) async throws(BitrixFault) -> Piece {
        // Portals keep times without a zone, and more than one has confused them: a day more on either side is asked
        // for.
        let days = (start / 86_400 - 1)...max(start / 86_400, end / 86_400 + 2)
        guard let first = CivilDate(daysSince1970: Int(days.lowerBound)),
            let final = CivilDate(daysSince1970: Int(days.upperBound))
        else { return Piece(shipped: [], last: last, isWhole: true, pages: 1) }
        let piece = try await piece(
            [
                .init(">=dateDeducted", .string("\(first)T00:00:00+00:00")),
                .init("<dateDeducted", .string("\(final)T00:00:00+00:00")),
            ], above: last, atMost: pages)
        return Piece(
            shipped: piece.shipped.filter { shipment in shipment.leftAt.map { start <= $0 && $0 < end } ?? false },
            last: piece.last, isWhole: piece.isWhole, pages: piece.pages)
    }

    /// Those of these orders that nobody has paid, and that are to be paid through one of the pay systems.
    ///
    /// A payment that is done makes an order paid, through whatever system; these only tell whether the order is ours.
    ///
    /// - Parameters:
    ///   - orders: As the portal numbers them.
    ///   - paySystems: Their ids in the portal; empty: all orders, also those for which no payment was entered.
    /// - Returns: As the portal numbers them.
    /// - Throws: ``BitrixFault``; nothing was changed in the portal.
    package func unpaid(of orders: [String], paySystems: Set<Int>) async throws(BitrixFault) -> Set<String> {
        var numbers = orders.compactMap { Int64($0) }[...]
        var unpaid: Set<String> = paySystems.isEmpty ? Set(numbers.map { "\($0)" }) : []
        var paid: Set<String> = []
        while !numbers.isEmpty {
            let filter: BitrixValue = .list(numbers.prefix(Self.width).map { .integer($0) })
            for payment in try await rows(
                "sale.payment.list", "payments", ["id", "orderId", "paid", "paySystemId"], [.init("@orderId", filter)]
            ).rows.compactMap(Payment.init) {
                if payment.isPaid { paid.insert(payment.order) }
                if payment.paySystem.map(paySystems.contains) == true { unpaid.insert(payment.order) }
            }
            numbers = numbers.dropFirst(Self.width)
        }
        return unpaid.subtracting(paid)
    }

    /// The deducted shipments that meet a filter.
    private func piece(
        _ filter: [BitrixValue.Member], above last: Int64 = 0, atMost pages: Int = .max
    ) async throws(BitrixFault) -> Piece {
        let list = try await rows(
            "sale.shipment.list", "shipments", ["id", "orderId", "deducted", "dateDeducted"],
            filter + [.init("deducted", "Y")], above: last, atMost: pages)
        return Piece(
            shipped: list.rows.compactMap(Shipped.init), last: list.last, isWhole: list.isWhole, pages: list.pages)
    }

    private struct List {
        var rows: [BitrixValue] = []
        var last: Int64
        var isWhole = false
        var pages = 0
    }

    /// The rows of a list, page by page, by their ids.
    private func rows(
        _ method: String, _ name: String, _ fields: [String], _ filter: [BitrixValue.Member], above start: Int64 = 0,
        atMost most: Int = .max
    ) async throws(BitrixFault) -> List {
        var list = List(last: start)
        repeat {
            if let end, end <= .now { throw .unexpected(method, "end of the list in the time that there was") }
            let answer = try await client.call(Self.call(method, fields, filter, above: list.last))
            guard let rows = answer.result[name]?.elements else { throw .unexpected(method, "list of \(name)") }
            list.rows += rows
            list.pages += 1
            let highest = max(list.last, rows.compactMap { $0["id"]?.identifier }.max() ?? list.last)
            list.isWhole = rows.count < Self.pageSize || highest == list.last
            list.last = highest
        } while !list.isWhole && list.pages < most
        return list
    }

    private static func call(
        _ method: String, _ fields: [String], _ filter: [BitrixValue.Member], above last: Int64
    ) -> BitrixCall {
        BitrixCall(
            method,
            [
                "select": .list(fields.map { .string($0) }),
                "filter": .map(filter + [.init(">id", .integer(last))]), "order": ["id": "asc"], "start": -1,
            ])
    }
}
