/// The method of our own module for self-hosted portals, which sets an order's properties by code and touches nothing
/// else: one call instead of reading all, writing all and reading back, and no window in which others lose theirs.
enum OrderPropertyModule {
    static let method = "fiscal.relay.order.properties.set"

    /// Orders in one call. The method takes 200; half of them end well within the 30 s that PHP commonly allows.
    static let groupSize = 100

    /// Codes with which a portal says that the method cannot be used as it is, rather than that an order cannot be
    /// written: the module is not there, or lacks a right, or knows nothing of a property.
    private static let unusable: Set<String> = [
        "error_method_not_found", "insufficient_scope", "error_property_not_allowed", "access_denied",
    ]

    static func isUnusable(_ fault: BitrixFault) -> Bool { unusable.contains(fault.code.lowercased()) }

    static func call(_ writes: [OrderPropertyWrite]) -> BitrixCall {
        let orders = writes.map { write -> BitrixValue in
            let properties = write.values.map { BitrixValue.Member($0.code, .string($0.text)) }
            return ["id": .integer(write.orderID), "properties": .map(properties)]
        }
        return BitrixCall(method, ["orders": .list(orders)])
    }

    /// What the answer says of each order, in the order of `writes`: the values it holds were read back by the module.
    static func reports(_ writes: [OrderPropertyWrite], _ result: BitrixValue) -> [OrderPropertyReport] {
        let rows = result["orders"]?.elements ?? []
        let byID = Dictionary(
            rows.compactMap { row in row["id"]?.identifier.map { ($0, row) } }, uniquingKeysWith: { _, last in last })
        return writes.map { write in
            guard let row = byID[write.orderID] else {
                return OrderPropertyReport(
                    orderID: write.orderID, outcome: .failed(.unexpected(method, "entry for the order")))
            }
            return report(write, row)
        }
    }

    private static func report(_ write: OrderPropertyWrite, _ row: BitrixValue) -> OrderPropertyReport {
        if let error = row["error"]?.text, !error.isEmpty {
            let outcome: OrderPropertyReport.Outcome =
                error == "ORDER_NOT_FOUND"
                ? .orderMissing
                : .failed(
                    BitrixFault(
                        code: BitrixWords.code(error), message: "The module could not write this order.",
                        reaction: BitrixReaction(.repeatLater), method: method))
            return OrderPropertyReport(orderID: write.orderID, outcome: outcome)
        }
        let missing = codes(row["missing"])
        let unfit = codes(row["unfit"])
        let differing = write.values.filter { value in
            !missing.contains(value.code) && !unfit.contains(value.code)
                && (row["values"]?[value.code]?.text ?? "") != value.text
        }
        let outcome: OrderPropertyReport.Outcome =
            if !unfit.isEmpty {
                .wouldLose(properties: unfit)
            } else if missing.count == write.values.count {
                .propertyMissing
            } else if differing.isEmpty {
                .written
            } else {
                .conflict(properties: differing.map(\.code))
            }
        return OrderPropertyReport(orderID: write.orderID, outcome: outcome, missing: missing)
    }

    private static func codes(_ list: BitrixValue?) -> [String] { (list?.elements ?? []).compactMap(\.text) }
}
