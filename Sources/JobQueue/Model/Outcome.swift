package import Postgres

/// The answer of a run: what becomes of the job, and what else is written in the same transaction.
///
/// If the run turns out fenced nothing of it is written but ``exchange``, as evidence (I3).
package struct Outcome: Sendable {
    package let verdict: Verdict
    package let effects: [Effect]
    package let spawned: [SpawnedJob]
    /// What was said and heard outside; `nil`: nothing.
    package let exchange: ExchangeRecord?
    /// Gives the job a deadline, from which on it counts as late; `nil` leaves it as it is.
    package let deadline: Timestamp?

    package init(
        _ verdict: Verdict, effects: [Effect] = [], spawned: [SpawnedJob] = [], exchange: ExchangeRecord? = nil,
        deadline: Timestamp? = nil
    ) {
        self.verdict = verdict
        self.effects = effects
        self.spawned = spawned
        self.exchange = exchange
        self.deadline = deadline
    }
    /// The same with a deadline, unless it has one.
    package func due(by deadline: Timestamp) -> Outcome {
        Outcome(
            verdict, effects: effects, spawned: spawned, exchange: exchange, deadline: self.deadline ?? deadline)
    }
}
