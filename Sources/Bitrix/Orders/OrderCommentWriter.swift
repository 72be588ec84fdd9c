/// Appends lines to the comments of many orders: three requests for up to ``groupSize`` orders, one if they stand
/// there.
///
/// A line that is found again is not written anew, so that every line stands once however often this is repeated. The
/// portal has no way to append: the whole comment is written, and what somebody else saves between our reading and our
/// writing is lost. The look just before the writing tells (``OrderPropertyReport/overlapped``).
package struct OrderCommentWriter: Sendable {
    /// Orders in one round: a batch holds 50 commands, and one of them reads the comments.
    package static let groupSize = BitrixBatch.limit - 1

    /// The field's name where a report names what could not be written.
    private static let field = "comments"

    private let client: BitrixClient

    package init(client: BitrixClient) {
        self.client = client
    }

    /// Writes, and reports on every order in the order of `writes`, none of which names an order of another.
    package func write(_ writes: [OrderCommentWrite]) async -> [OrderPropertyReport] {
        var reports: [OrderPropertyReport] = []
        var rest = writes[...]
        while !rest.isEmpty {
            let group = Array(rest.prefix(Self.groupSize))
            rest = rest.dropFirst(Self.groupSize)
            do throws(BitrixFault) {
                reports += try await writeGroup(group)
            } catch {
                reports += group.map { OrderPropertyReport(orderID: $0.orderID, outcome: .failed(error)) }
            }
        }
        return reports
    }

    private func writeGroup(_ group: [OrderCommentWrite]) async throws(BitrixFault) -> [OrderPropertyReport] {
        let before = try Self.comments(try await client.call(Self.reading(group)))
        let planned = group.compactMap { write -> (write: OrderCommentWrite, text: String)? in
            before[write.orderID].flatMap { write.appended(to: $0) }.map { (write, $0) }
        }
        var faults: [Int64: BitrixFault] = [:]
        var overlapped: Set<Int64> = []
        var unread: BitrixFault?
        var after = before
        if !planned.isEmpty {
            let writes = planned.map(\.write)
            let answer = try await client.batch(
                [Self.reading(writes)] + planned.map { Self.update($0.write.orderID, $0.text) })
            if case .success(let look) = answer.outcomes[0] {
                let seen = try Self.comments(look)
                overlapped = Set(writes.map(\.orderID).filter { seen[$0] != nil && seen[$0] != before[$0] })
            }
            for (write, outcome) in zip(writes, answer.outcomes.dropFirst()) {
                if case .failure(let fault) = outcome { faults[write.orderID] = fault }
            }
            do throws(BitrixFault) {
                after.merge(try Self.comments(try await client.call(Self.reading(writes)))) { $1 }
            } catch {
                // What was met on the way is not forgotten with it.
                unread = error
            }
        }
        let wrote = Set(planned.map(\.write.orderID))
        return group.map { write in
            OrderPropertyReport(
                orderID: write.orderID,
                outcome: Self.outcome(
                    write, before: before[write.orderID], after: after[write.orderID], fault: faults[write.orderID],
                    unread: wrote.contains(write.orderID) ? unread : nil, wasWritten: wrote.contains(write.orderID)),
                overlapped: overlapped.contains(write.orderID))
        }
    }

    /// What reading the comments back says; an error may be told of a save that worked.
    private static func outcome(
        _ write: OrderCommentWrite, before: String?, after: String?, fault: BitrixFault?, unread: BitrixFault?,
        wasWritten: Bool
    ) -> OrderPropertyReport.Outcome {
        if let unread { return .failed(unread) }
        guard before != nil, let after else { return .orderMissing }
        guard wasWritten else { return .alreadyThere }
        if write.appended(to: after) == nil { return .written }
        return fault.map { .failed($0) } ?? .conflict(properties: [field])
    }

    private static func reading(_ writes: [OrderCommentWrite]) -> BitrixCall {
        BitrixCall(
            "sale.order.list",
            [
                "select": ["id", "comments"], "filter": ["@id": .list(writes.map { .integer($0.orderID) })],
                "order": ["id": "asc"], "start": -1,
            ])
    }

    private static func update(_ order: Int64, _ comments: String) -> BitrixCall {
        BitrixCall("sale.order.update", ["id": .integer(order), "fields": ["comments": .string(comments)]])
    }

    private static func comments(_ answer: BitrixAnswer) throws(BitrixFault) -> [Int64: String] {
        guard let rows = answer.result["orders"]?.elements else {
            throw .unexpected("sale.order.list", "list of orders")
        }
        return Dictionary(
            rows.compactMap { row in row["id"]?.identifier.map { ($0, row["comments"]?.text ?? "") } },
            uniquingKeysWith: { first, _ in first })
    }
}
