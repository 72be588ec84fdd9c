/// One row of `fiscal.survey`.
struct SurveyFinding: Hashable, Sendable {
    let queue: String
    /// A stream with ready jobs; `nil`: this row tells when the queue's next job comes due.
    let stream: StreamKey?
    /// From now until the first job comes due.
    let wait: Duration
    /// For how long from now the queue is closed; zero: open; `nil`: until somebody opens it.
    let closedFor: Duration?
}
