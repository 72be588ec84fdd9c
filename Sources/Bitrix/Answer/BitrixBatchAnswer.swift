/// The results of one batch, command by command.
package struct BitrixBatchAnswer: Sendable {
    /// What came of one command.
    package typealias Outcome = Result<BitrixAnswer, BitrixFault>

    /// In the order of the commands. One that the portal skipped has the fault `command_skipped`: it did not run.
    package let outcomes: [Outcome]

    /// Host and port under which the portal answers now, if it was renamed.
    package let movedTo: String?

    init(outcomes: [Outcome], movedTo: String?) {
        self.outcomes = outcomes
        self.movedTo = movedTo
    }

    /// Opens the `result` of a batch whose commands had the keys `c0`, `c1`, ….
    package init(_ result: BitrixValue, commands: [BitrixCall], movedTo: String?) {
        self.movedTo = movedTo
        outcomes = commands.enumerated().map { position, command in
            let key = BitrixBatch.key(position)
            let time = BitrixTime(result["result_time"]?[key])
            if let error = result["result_error"]?[key] {
                return .failure(Self.fault(error, of: command, time: time))
            }
            guard let value = result["result"]?[key] else {
                return .failure(
                    BitrixFault(
                        code: "command_skipped", message: "The portal ran the batch without this command.",
                        reaction: BitrixReaction(.repeatLater), method: command.method))
            }
            return .success(
                BitrixAnswer(
                    result: value, next: result["result_next"]?[key]?.integer,
                    total: result["result_total"]?[key]?.integer, time: time, movedTo: nil))
        }
    }

    private static func fault(_ error: BitrixValue, of command: BitrixCall, time: BitrixTime) -> BitrixFault {
        // A command's error is a map of its own; some portals write only the text.
        let inner = error["error"] ?? error
        let fault =
            BitrixEnvelope.fault(inner, in: error, status: nil, method: command.method)
            ?? BitrixFault(
                code: "", message: "The portal gave no reason.",
                reaction: .reaction(toCode: "", status: nil), method: command.method)
        guard fault.reaction.action == .pauseMethod else { return fault }
        var pausing = fault
        pausing.retryAfter = time.resetsIn
        return pausing
    }
}
