/// What one claimer does in one visit to the database.
struct Turn: Sendable {
    /// Outcomes to record.
    var reports: [Report] = []
    /// Answers of runs that count no more, to be kept as evidence.
    var evidence: [Report] = []
    /// Whether to look what work there is.
    var surveys = false
    var plan: ClaimPlan?
    /// Said, and committed, before looking.
    var wish: WakePolicy.Wish?
    /// The runs of this worker, when what the database thinks it runs is to be compared.
    var known: [RunID]?

    var isEmpty: Bool {
        reports.isEmpty && evidence.isEmpty && !surveys && plan == nil && wish == nil && known == nil
    }
}

/// What a claimer does next.
enum TurnDecision: Sendable {
    case turn(Turn)
    case sleep(until: ContinuousClock.Instant)
    case end
}
