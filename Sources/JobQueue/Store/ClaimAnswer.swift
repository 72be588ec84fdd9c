/// What a claim brought.
struct ClaimAnswer: Sendable {
    var runs: [ClaimedRun] = []
    /// Candidates per stream and then per due queue of the plan; `nil`: not visited. Empty: the worker was called dead.
    var visited: [Int?] = []
}
