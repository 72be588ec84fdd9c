/// Why a fiscal core refuses a receipt.
struct ReceiptFault: Hashable, Sendable {
    /// Short code, e.g. `total_mismatch`.
    let code: String
    /// Path of the field, e.g. `receipt.items[0].sum`.
    let field: String
    /// What is wrong with it.
    let message: String
}

/// Every fault of a receipt at once; never empty.
struct ReceiptFaults: Error {
    let faults: [ReceiptFault]

    /// The answer's error object: the first code, all messages.
    var answer: JSONValue {
        [
            "error": [
                "code": .string(faults.first?.code ?? "invalid_field"),
                "message": .string(faults.map { "\($0.field): \($0.message)" }.joined(separator: "; ")),
            ]
        ]
    }
}
