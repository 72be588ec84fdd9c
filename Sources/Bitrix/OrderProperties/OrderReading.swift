/// Orders as they were read: their heads, and their values or why those could not be read.
struct OrderReading: Sendable {
    /// By order; nil if the heads were not asked for or not understood.
    var headers: [Int64: OrderHeader]?

    /// By order.
    private(set) var values: [Int64: Result<[StoredPropertyValue], BitrixFault>] = [:]

    /// Adds a page of an order's values.
    /// - Returns: the row above which the next page begins, nil after the last one.
    mutating func add(_ outcome: BitrixBatchAnswer.Outcome, of order: Int64, above: Int64) -> Int64? {
        let rows: [BitrixValue]
        switch outcome {
        case .failure(let fault):
            values[order] = .failure(fault)
            return nil
        case .success(let answer):
            guard let elements = answer.result["propertyValues"]?.elements else {
                values[order] = .failure(.unexpected("sale.propertyvalue.list", "list of values"))
                return nil
            }
            rows = elements
        }
        var held: [StoredPropertyValue] = []
        if case .success(let earlier) = values[order] { held = earlier }
        values[order] = .success(held + rows.map { StoredPropertyValue($0) })
        guard rows.count >= OrderCalls.pageSize, let highest = rows.compactMap({ $0["id"]?.identifier }).max(),
            highest > above
        else { return nil }
        return highest
    }
}
