/// The right to call a portal: an inbound webhook today, an application's tokens where one exists.
package protocol BitrixAccess: Sendable {
    /// The present address and right.
    ///
    /// - Throws: ``BitrixAccessUnavailable``: nothing can be sent.
    func endpoint() async throws(BitrixAccessUnavailable) -> BitrixEndpoint

    /// A right to try once more after `refused` was turned away, or nil if there is no other.
    ///
    /// A webhook reads its secret again; an application refreshes its token, one refresher at a time in the fleet.
    func renewed(after refused: BitrixEndpoint) async -> BitrixEndpoint?

    /// Notes that the portal of `endpoint` answers under another host now.
    func moved(_ endpoint: BitrixEndpoint, to authority: String) async
}

/// There is no usable right: the secret cannot be read, or is no address.
package struct BitrixAccessUnavailable: Error, Hashable, Sendable {
    /// For a person; without the secret.
    package let reason: String

    package init(reason: String) {
        self.reason = reason
    }
}
