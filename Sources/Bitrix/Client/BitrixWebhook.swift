import Synchronization

/// Access by the address of an inbound webhook, whose path holds the secret code.
package final class BitrixWebhook: BitrixAccess {
    private struct State {
        var endpoint: BitrixEndpoint?
        /// The host that the portal was renamed to, and the one that the secret still names.
        var move: (from: String, to: String)?
    }

    private let read: @Sendable () throws -> String
    private let state = Mutex(State())

    /// - Parameter read: The address. Called at the first call and after a refusal, so it may read a file. What it
    ///   throws is not shown to anybody.
    package init(reading read: @escaping @Sendable () throws -> String) {
        self.read = read
    }

    package func endpoint() throws(BitrixAccessUnavailable) -> BitrixEndpoint {
        if let known = state.withLock({ $0.endpoint }) { return known }
        guard let address = try? read() else {
            throw BitrixAccessUnavailable(reason: "The address of the portal's webhook cannot be read.")
        }
        guard let fresh = BitrixEndpoint(webhook: address) else {
            throw BitrixAccessUnavailable(
                reason: "The portal's webhook must be an address such as https://PORTAL/rest/USER/CODE/.")
        }
        return state.withLock { state in
            var endpoint = fresh
            if let move = state.move, move.from == fresh.authority { endpoint = fresh.moved(to: move.to) }
            state.endpoint = endpoint
            return endpoint
        }
    }

    package func renew(after refused: BitrixEndpoint, because fault: BitrixFault) -> BitrixRenewal {
        state.withLock { if $0.endpoint == refused { $0.endpoint = nil } }
        guard let fresh = try? endpoint(), fresh != refused else { return .none }
        return .endpoint(fresh)
    }

    package func moved(_ endpoint: BitrixEndpoint, to authority: String) {
        state.withLock { state in
            guard state.endpoint == endpoint else { return }
            state.move = (from: state.move?.from ?? endpoint.authority, to: authority)
            state.endpoint = endpoint.moved(to: authority)
        }
    }
}
