/// The right to call a portal: an inbound webhook, or an application's tokens.
package protocol BitrixAccess: Sendable {
    /// The present address and right.
    ///
    /// - Throws: ``BitrixAccessUnavailable``: nothing can be sent.
    func endpoint() async throws(BitrixAccessUnavailable) -> BitrixEndpoint

    /// What is left to try after `refused` was turned away with `fault`.
    ///
    /// A webhook reads its secret again; an application refreshes its tokens, one refresher at a time in the fleet.
    func renew(after refused: BitrixEndpoint, because fault: BitrixFault) async -> BitrixRenewal

    /// Notes that the portal of `endpoint` answers under another host now.
    func moved(_ endpoint: BitrixEndpoint, to authority: String) async
}

/// What came of the attempt to get another right.
package enum BitrixRenewal: Hashable, Sendable {
    /// Another right: the call is worth one more try.
    case endpoint(BitrixEndpoint)
    /// There is none: the refusal stands, and a person is needed.
    case none
    /// None for the moment, for a passing reason that may be shown to a person.
    case later(reason: String)
}

/// There is no usable right: the secret cannot be read, or is no address; or no token can be had now.
package struct BitrixAccessUnavailable: Error, Hashable, Sendable {
    /// For a person; without the secret.
    package let reason: String

    /// Whether it passes by itself; otherwise a person is needed.
    package let isPassing: Bool

    package init(reason: String, isPassing: Bool = false) {
        self.reason = reason
        self.isPassing = isPassing
    }
}
