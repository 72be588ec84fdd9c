/// A call to a portal that did not give a result.
package struct BitrixFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The portal's own code as text, or one of ours: `transport_not_sent`, `transport_unknown`, `answer_unreadable`,
    /// `answer_unexpected`, `access_unavailable`, `command_skipped`, `redirect_refused`, `redirect_not_allowed`.
    package let code: String

    /// Plain words for a person, without secrets and without anything that looks like an address or a long number.
    package let message: String

    package let reaction: BitrixReaction

    /// The method that was called, in lower case.
    package let method: String

    /// The status of the HTTP answer; nil without one, and for commands inside a batch.
    package let httpStatus: Int?

    /// How long to wait, where the portal gave a ground to know it.
    package var retryAfter: Duration?

    package init(
        code: String, message: String, reaction: BitrixReaction, method: String, httpStatus: Int? = nil,
        retryAfter: Duration? = nil
    ) {
        self.code = code
        self.message = message
        self.reaction = reaction
        self.method = method
        self.httpStatus = httpStatus
        self.retryAfter = retryAfter
    }

    package var description: String { "\(code) from \(method): \(message)" }
}

extension BitrixFault {
    /// A result that has not the shape of the method's documentation.
    package static func unexpected(_ method: String, _ what: String) -> BitrixFault {
        BitrixFault(
            code: "answer_unexpected", message: "The portal's answer has no \(what).", reaction: .unknown,
            method: method)
    }
}
