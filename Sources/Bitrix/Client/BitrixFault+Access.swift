extension BitrixFault {
    /// Whether another right may help: the token ran out, or the portal does not know this one.
    var isRefusal: Bool {
        reaction.action == .renewToken || ["no_auth_found", "invalid_credentials"].contains(code.lowercased())
    }

    /// A token that could not be renewed is a refused access.
    var afterRenewal: BitrixFault {
        guard reaction.action == .renewToken else { return self }
        return BitrixFault(
            code: code, message: message, reaction: BitrixReaction(.accessRefused), method: method,
            httpStatus: httpStatus)
    }

    static let accessUnavailableCode = "access_unavailable"

    /// There is no right to call the portal with: nothing was sent.
    static func accessUnavailable(_ method: String, _ reason: String, isPassing: Bool) -> BitrixFault {
        BitrixFault(
            code: accessUnavailableCode, message: reason,
            reaction: BitrixReaction(isPassing ? .repeatLater : .accessRefused), method: method)
    }

    /// The method was refused for its operating time a while ago: it was not sent again.
    static func resting(_ method: String, for rest: Duration) -> BitrixFault {
        BitrixFault(
            code: "OPERATION_TIME_LIMIT", message: "The portal blocks this method until it has rested.",
            reaction: BitrixReaction(.pauseMethod), method: method, retryAfter: rest)
    }
}
