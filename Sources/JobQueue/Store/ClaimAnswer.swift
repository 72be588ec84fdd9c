import Postgres

/// What a claim brought.
struct ClaimAnswer: Sendable {
    var runs: [ClaimedRun] = []
    /// Candidates per stream and then per due queue of the plan; `nil`: not visited. Empty: the worker was called dead.
    var visited: [Int?] = []
    /// The position of the last candidate of each; `nil`: there was none.
    var reached: [ClaimFloor.Position?] = []
    /// When it began to look, by the database's clock.
    var lookedAt: Timestamp?
}
