package import Fiscal
package import JobQueue
package import Postgres

/// Settles refunds of tills that came before their sale and name no goods: lets the sale pass, then begins them anew.
package struct EarlyRefundStep: Sendable {
    package static let key = StepKey(kind: "pos.early", step: "settle")

    /// Dead letters that one run settles.
    private static let atMost = 200

    private let pool: PostgresPool
    private let failure: StepFailure

    package init(pool: PostgresPool, language: FaultLanguage) {
        self.pool = pool
        failure = StepFailure(language: language)
    }

    package var definition: StepDefinition {
        StepDefinition(key: Self.key, doubt: .none, timeout: .seconds(30), recordsHistory: false) { await run($0) }
    }

    /// For the whole fleet.
    package static let schedule = ScheduleDefinition(
        name: "pos.early", key: key, lane: "pos.early", every: .seconds(15))

    private func run(_ run: JobRun) async -> Outcome {
        do {
            let settled =
                try await pool.queryFirst(Self.settle, [.int(Self.atMost)]) { row throws(PostgresError) -> Int64 in
                    try row.get("settled")
                } ?? 0
            return Outcome(.finish(outcome: settled > 0 ? "settled" : "nothing_due"))
        } catch {
            return Outcome(.later(failure.database(), after: .seconds(1)))
        }
    }

    private static let settle = Statement(
        "pos.settleEarly", "SELECT fiscal.settle_early_refunds($1::int) AS settled")
}
