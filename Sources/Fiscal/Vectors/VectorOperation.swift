/// The operations of `vectors`: `build`, `return`, `exchange`, `correct`.
enum VectorOperation {
    /// `{"receipts": […]}` or `{"error": code}`.
    static func evaluate(_ op: String, _ input: JSONTree) -> JSONTree {
        do {
            let agents = CopiedAgents(in: input)
            let receipts = try receipts(op, agents.placeheld(input))
            return agents.restored(.object(["receipts": try JSONTree(encoding: receipts)]))
        } catch {
            return .failure(error)
        }
    }

    private static func receipts(_ op: String, _ input: JSONTree) throws -> [ReceiptBody] {
        switch op {
        case "build":
            return try ReceiptBuilder.build(input.decoded(as: Order.self))
        case "return":
            return try ReceiptBuilder.return(input.decoded(as: ReturnRequest.self))
        case "exchange":
            return try ReceiptBuilder.exchange(
                ExchangeRequest(
                    returned: input.decoded(as: ReturnRequest.self),
                    replacement: input.setting("method", to: .string("full_payment")).decoded(as: Order.self)))
        case "correct":
            return try ReceiptBuilder.correct(input.decoded(as: CorrectionRequest.self))
        default:
            throw VectorFileError(description: "there is no operation \"\(op)\"")
        }
    }
}

extension JSONTree {
    /// This object with one member replaced.
    func setting(_ name: String, to value: JSONTree) -> JSONTree {
        guard case .object(var members) = self else { return self }
        members[name] = value
        return .object(members)
    }
}
