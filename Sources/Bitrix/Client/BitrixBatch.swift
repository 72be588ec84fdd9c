/// Many calls in one request: one token of the portal's request limit, while each counts for its own operating time.
///
/// The commands run one after another without a transaction, and all of them within the 60 s of one call. If the answer
/// is lost, some may have run.
package enum BitrixBatch {
    /// Most commands that a portal takes in one request.
    package static let limit = 50

    /// The call that carries `commands`, which are at most ``limit`` and none of them a batch.
    package static func call(_ commands: [BitrixCall]) -> BitrixCall {
        precondition(commands.count <= limit, "a batch holds at most \(limit) commands")
        let members = commands.enumerated().map { BitrixValue.Member(key($0.offset), .string($0.element.command)) }
        return BitrixCall("batch", ["halt": 0, "cmd": .map(members)])
    }

    /// The key of a command. A text, because PHP writes a map keyed 0, 1, 2 … as a list.
    static func key(_ position: Int) -> String { "c\(position)" }
}
