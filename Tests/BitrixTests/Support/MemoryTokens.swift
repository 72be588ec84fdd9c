import Bitrix
import Synchronization

/// The tokens of one portal, in memory, with the rules that the database keeps.
final class MemoryTokens: BitrixTokenStore {
    struct State: Sendable {
        var generation: Int64 = 1
        var tokens: BitrixTokens?
        var isRefreshing = false
        var refusal: String?
        /// How many of the next writings of a pair fail.
        var failingKeeps = 0
        /// What was done, in order.
        var log: [String] = []
    }

    private let state: Mutex<State>

    init(_ tokens: BitrixTokens?) {
        state = Mutex(State(tokens: tokens))
    }

    var snapshot: State { state.withLock { $0 } }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    func current() throws(BitrixTokenStoreUnavailable) -> BitrixStoredAccess? {
        state.withLock { state in
            state.tokens.flatMap { tokens in
                tokens.endpoint.map {
                    BitrixStoredAccess(
                        generation: state.generation, endpoint: $0, remaining: tokens.lifetime, refusal: state.refusal)
                }
            }
        }
    }

    func takeRefresh(
        after generation: Int64, lease: Duration
    ) throws(BitrixTokenStoreUnavailable) -> BitrixRefreshTurn {
        state.withLock { state in
            guard let tokens = state.tokens else { return .unknown }
            if state.generation != generation { return .newer }
            if state.refusal != nil { return .refused }
            if state.isRefreshing { return .busy }
            state.isRefreshing = true
            state.log.append("take \(generation)")
            return .ours(refreshToken: tokens.refreshToken)
        }
    }

    func keep(_ tokens: BitrixTokens, after generation: Int64) throws(BitrixTokenStoreUnavailable) -> Bool {
        let result: Bool? = state.withLock { state in
            if state.failingKeeps > 0 {
                state.failingKeeps -= 1
                return nil
            }
            guard state.generation == generation else { return false }
            state.generation += 1
            state.tokens = tokens
            state.isRefreshing = false
            state.log.append("keep \(state.generation)")
            return true
        }
        guard let result else { throw BitrixTokenStoreUnavailable() }
        return result
    }

    func endRefresh(of generation: Int64, refused code: String?) throws(BitrixTokenStoreUnavailable) {
        state.withLock { state in
            state.isRefreshing = false
            state.refusal = code
            state.log.append("end \(code ?? "-")")
        }
    }

    func move(_ generation: Int64, to clientEndpoint: String) throws(BitrixTokenStoreUnavailable) {
        state.withLock { $0.log.append("move \(clientEndpoint)") }
    }
}
