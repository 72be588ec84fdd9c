/// What a turn brought back.
struct TurnAnswer: Sendable {
    struct Survey: Sendable {
        let findings: [SurveyFinding]
        let startedAt: ContinuousClock.Instant
        let took: Duration
    }

    struct Claim: Sendable {
        let answer: ClaimAnswer
        let took: Duration
    }

    var recorded: [Report] = []
    var unmatched: [Report] = []
    /// Followers that were not recorded and will run again.
    var returned: [Report] = []
    /// Destinations whose breaker closed by what was recorded.
    var healed: [String] = []
    var survey: Survey?
    var claim: Claim?
}
