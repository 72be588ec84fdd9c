package import Fiscal
package import JobQueue
package import Postgres

/// Empties the payloads of events that have ended long ago: personal data goes, the event's key stays.
///
/// Receipts keep what was sent: the law wants it kept, and so does every later refund.
package struct RetentionStep: Sendable {
    package static let key = StepKey(kind: "retention", step: "empty")

    /// Events looked at in one transaction, and transactions in one run.
    private static let slice = 5000
    private static let slicesPerRun = 20

    private let pool: PostgresPool
    private let kept: Duration?
    private let failure: StepFailure

    /// Makes the step of a worker; `kept` is how long after its end an event keeps its payload, `nil`: for ever.
    package init(pool: PostgresPool, kept: Duration?, language: FaultLanguage) {
        self.pool = pool
        self.kept = kept
        failure = StepFailure(language: language)
    }

    /// Known to every worker, so that a firing that was due before the setting was taken back finds its end.
    package var definition: StepDefinition {
        StepDefinition(key: Self.key, doubt: .none, timeout: .seconds(120), recordsHistory: false) { await run($0) }
    }

    /// Once an hour for the whole fleet; none without the setting.
    package var schedules: [ScheduleDefinition] {
        kept == nil ? [] : [ScheduleDefinition(name: "retention", key: Self.key, every: .seconds(3600))]
    }

    private func run(_ run: JobRun) async -> Outcome {
        guard let kept else { return Outcome(.finish(outcome: "off")) }
        let before = run.claimedAt.advanced(by: .zero - kept)
        do {
            for _ in 0..<Self.slicesPerRun {
                let isDone = try await pool.query(Self.empty, [.timestamp(before), .int(Self.slice)]) {
                    row throws(PostgresError) in try row.get(Bool.self, "is_done")
                }.first
                if isDone ?? true { return Outcome(.finish(outcome: "done")) }
            }
            // The round goes on where this run has stopped.
            return Outcome(.snooze(for: .seconds(1), checkpoint: nil))
        } catch {
            return Outcome(.later(failure.database(), after: .seconds(60)))
        }
    }

    private static let empty = Statement(
        "retention.empty", "SELECT is_done FROM fiscal.empty_old_payloads($1, $2::int)")
}
