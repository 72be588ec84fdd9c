/// Access by the tokens of an application, which one refresher in the fleet keeps fresh.
///
/// A token is refreshed when its time is over or a call says `expired_token`, never before each call and never on a
/// timer: Bitrix blocks applications that do. The new pair is on record before anybody uses it.
package actor BitrixOAuth: BitrixAccess {
    /// A token with less time left than this is refreshed before it is used: it would run out on the way.
    static let margin = Duration.seconds(20)

    /// For how long a process may keep others from refreshing: longer than the question and the writing of its answer.
    static let lease = Duration.seconds(60)

    private struct Known {
        let generation: Int64
        var endpoint: BitrixEndpoint
        let goodUntil: ContinuousClock.Instant
    }

    /// A pair that has come and could not be put on record yet: the former one is used up, so it must not get lost.
    private struct Unkept {
        let generation: Int64
        let tokens: BitrixTokens
    }

    private let store: any BitrixTokenStore
    private let server: BitrixTokenServer
    private var known: Known?
    private var unkept: Unkept?
    private var refreshing: Task<Result<BitrixEndpoint, BitrixAccessUnavailable>, Never>?

    package init(store: any BitrixTokenStore, server: BitrixTokenServer) {
        self.store = store
        self.server = server
    }

    package func endpoint() async throws(BitrixAccessUnavailable) -> BitrixEndpoint {
        if let unkept { try await keep(unkept) }
        if let known, known.goodUntil > .now { return known.endpoint }
        let stored = try await load()
        if stored.remaining > Self.margin { return stored.endpoint }
        return try await refresh(after: stored.generation)
    }

    package func renew(after refused: BitrixEndpoint, because fault: BitrixFault) async -> BitrixRenewal {
        guard fault.reaction.action == .renewToken else { return .none }
        do throws(BitrixAccessUnavailable) {
            if let unkept { try await keep(unkept) }
            let stored = try await load()
            // Somebody else has refreshed it since.
            if stored.endpoint.token != refused.token { return .endpoint(stored.endpoint) }
            return .endpoint(try await refresh(after: stored.generation))
        } catch {
            return error.isPassing ? .later(reason: error.reason) : .none
        }
    }

    package func moved(_ endpoint: BitrixEndpoint, to authority: String) async {
        guard let known, known.endpoint == endpoint else { return }
        self.known?.endpoint = endpoint.moved(to: authority)
        // On record it only saves the next process a redirection.
        try? await store.move(known.generation, to: endpoint.moved(to: authority).clientEndpoint)
    }

    // MARK: On record

    private func load() async throws(BitrixAccessUnavailable) -> BitrixStoredAccess {
        let stored: BitrixStoredAccess?
        do throws(BitrixTokenStoreUnavailable) {
            stored = try await store.current()
        } catch {
            throw .databaseAway
        }
        guard let stored else { throw .notConnected }
        if let refusal = stored.refusal { throw .refused(refusal) }
        known = Known(
            generation: stored.generation, endpoint: stored.endpoint,
            goodUntil: .now.advanced(by: stored.remaining - Self.margin))
        return stored
    }

    private func keep(_ pair: Unkept) async throws(BitrixAccessUnavailable) {
        do throws(BitrixTokenStoreUnavailable) {
            // If a person connected the portal anew meanwhile, that pair counts and this one is dropped.
            _ = try await store.keep(pair.tokens, after: pair.generation)
        } catch {
            throw .databaseAway
        }
        unkept = nil
        known = nil
    }

    // MARK: Refreshing

    /// The right after a refresh of the pair of `generation`, by whoever does it; once for all who ask meanwhile.
    private func refresh(after generation: Int64) async throws(BitrixAccessUnavailable) -> BitrixEndpoint {
        if let refreshing { return try await refreshing.value.get() }
        // In a task of its own: a caller that gives up must not lose the pair.
        let task = Task { await self.refreshed(after: generation) }
        refreshing = task
        let result = await task.value
        if refreshing == task { refreshing = nil }
        return try result.get()
    }

    private func refreshed(after generation: Int64) async -> Result<BitrixEndpoint, BitrixAccessUnavailable> {
        do throws(BitrixAccessUnavailable) {
            let deadline = ContinuousClock.now.advanced(by: Self.lease)
            var pause = Duration.milliseconds(50)
            while true {
                switch try await turn(after: generation) {
                case .ours(let refreshToken): return .success(try await ask(refreshToken, generation))
                case .newer: return .success(try await load().endpoint)
                case .refused: throw .refused("invalid_grant")
                case .unknown: throw .notConnected
                case .busy:
                    guard ContinuousClock.now < deadline else { throw .refreshSlow }
                    try? await Task.sleep(for: pause)
                    pause = min(pause * 2, .seconds(1))
                }
            }
        } catch {
            return .failure(error)
        }
    }

    private func turn(after generation: Int64) async throws(BitrixAccessUnavailable) -> BitrixRefreshTurn {
        do throws(BitrixTokenStoreUnavailable) {
            return try await store.takeRefresh(after: generation, lease: Self.lease)
        } catch {
            throw .databaseAway
        }
    }

    private func ask(_ refreshToken: String, _ generation: Int64) async throws(BitrixAccessUnavailable)
        -> BitrixEndpoint
    {
        let tokens: BitrixTokens
        do throws(BitrixTokenFault) {
            tokens = try await server.refresh(refreshToken)
        } catch {
            // Left to its lease if that fails too.
            try? await store.endRefresh(of: generation, refused: error.isFinal ? error.code : nil)
            throw error.isFinal ? .refused(error.code) : .serverAway(error.code)
        }
        let pair = Unkept(generation: generation, tokens: tokens)
        unkept = pair
        try await keep(pair)
        return try await load().endpoint
    }
}

extension BitrixAccessUnavailable {
    fileprivate static let databaseAway = BitrixAccessUnavailable(
        reason: "The tokens of the portal are in the database, which does not answer.", isPassing: true)

    fileprivate static let refreshSlow = BitrixAccessUnavailable(
        reason: "Another process refreshes the portal's tokens and takes long.", isPassing: true)

    fileprivate static let notConnected = BitrixAccessUnavailable(
        reason: "Nobody has connected the application to the portal: fiscal-relay portals connect.")

    fileprivate static func refused(_ code: String) -> BitrixAccessUnavailable {
        BitrixAccessUnavailable(
            reason: "The authorization server refuses the application (\(code)): fiscal-relay portals connect.")
    }

    fileprivate static func serverAway(_ code: String) -> BitrixAccessUnavailable {
        BitrixAccessUnavailable(
            reason: "The authorization server gives no token at the moment (\(code)).", isPassing: true)
    }
}
