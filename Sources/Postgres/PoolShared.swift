/// A connection of a pool and when it was opened.
struct PooledConnection: Sendable {
    let id: Int
    let connection: Connection
    let openedAt: ContinuousClock.Instant
}

/// What a pool's lock protects.
struct PoolShared {
    typealias Waiter = CheckedContinuation<Result<PoolGrant<PooledConnection>, PostgresError>, Never>

    var state: PoolState<PooledConnection, Waiter>
    /// Connections that are lent, for giving them up at shutdown.
    var lent: [Int: Connection] = [:]
    /// Those who wait for the last place to come back after the pool was closed.
    var draining: [CheckedContinuation<Void, Never>] = []
    var nextID = 0
    var opened = 0
    var failures = 0
    var lastFailure: String?
    var expiryRuns = false
    var retirementRuns = false

    init(size: Int) {
        state = PoolState(size: size)
    }

    mutating func newID() -> Int {
        nextID += 1
        return nextID
    }
}
