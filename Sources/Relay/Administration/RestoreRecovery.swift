package import JobQueue
package import Postgres

/// Makes a database fit to go on after it was set back: a restore to a point in time, or a failover that lost commits.
///
/// What was sent in the lost time is not on record here. So whatever may have been sent then is in doubt, and settled as
/// the provider's ``ProviderDoubt`` says; workers of before are fenced off; and numbers that the lost time gave away are
/// not given again. Needs the role `fiscal_admin`.
package struct RestoreRecovery: Sendable {
    private let pool: PostgresPool

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// What a recovery changes.
    package struct Counts: Hashable, Sendable {
        /// Open jobs, all of which are fenced off from runs of before.
        package let jobs: Int
        /// Of these, those that will settle by themselves whether they were done.
        package let inDoubt: Int
        /// And those that a person must settle.
        package let forPerson: Int
        /// Receipts on record that nobody here has sent, and that may be at their provider.
        package let receipts: Int
        /// Workers of before.
        package let workers: Int
        /// Movements of stock that a portal may have from the lost time: they are held until a person says.
        package let heldMovements: Int
        /// When the newest event that is on record came in; `nil`: there is none. What shops wrote later is lost here.
        package let newestEventAt: String?
    }

    /// Why a recovery was not begun.
    package enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// Workers have a lease: they must be stopped first.
        case workersAlive
        case sinceInFuture

        package var description: String {
            switch self {
            case .workersAlive:
                "workers are at work, or were until just now: stop them all, wait for the end of their leases, try again"
            case .sinceInFuture: "--since must be a moment of the past"
            }
        }
    }

    /// Recovers after commits from `lostSince` on were lost; as a trial it only counts.
    ///
    /// Once more, with the same result, does no harm.
    /// - Throws: ``Refusal``, or `PostgresError`; nothing has changed then but the next numbers of sequences.
    package func recover(
        lostSince: Timestamp, by person: Operator, isTrial: Bool
    ) async throws -> Counts {
        do throws(PostgresError) {
            let counts = try await pool.query(
                Self.recover, [.timestamp(lostSince), .text(person.who), .text(person.why), .bool(isTrial)]
            ) { row throws(PostgresError) in
                Counts(
                    jobs: try row.get("jobs"), inDoubt: try row.get("in_doubt"), forPerson: try row.get("dead"),
                    receipts: try row.get("receipts"), workers: try row.get("workers"),
                    heldMovements: try row.get("held_movements"), newestEventAt: try row.getOptional("newest_event_at"))
            }
            guard let first = counts.first else { throw PostgresError.abandoned("the recovery gave no answer") }
            return first
        } catch {
            switch error.sqlState?.code {
            case "55006": throw Refusal.workersAlive
            case "22023": throw Refusal.sinceInFuture
            default: throw error
            }
        }
    }

    /// Says that the server's history goes on without a loss, as after a failover to a synchronous standby.
    ///
    /// - Returns: `false`: it was known already.
    /// - Throws: `PostgresError`.
    package func acceptHistory(by person: Operator) async throws(PostgresError) -> Bool {
        try await pool.query(Self.accept, [.text(person.who), .text(person.why)]) { row throws(PostgresError) in
            try row.get(Bool.self, 0)
        }.first ?? false
    }

    private static let recover = Statement(
        "recovery.recover",
        """
        SELECT (r ->> 'jobs')::bigint AS jobs, (r ->> 'in_doubt')::bigint AS in_doubt, (r ->> 'dead')::bigint AS dead,
               (r ->> 'receipts')::bigint AS receipts, (r ->> 'workers')::bigint AS workers,
               r ->> 'newest_event_at' AS newest_event_at,
               -- The same before and after: what waits for a portal is what is held.
               (SELECT count(*) FROM fiscal.stock_movement m WHERE m.held)
               + (SELECT count(*) FROM fiscal.stock_movement m
                  WHERE m.push AND m.document_id IS NULL AND NOT m.held AND m.quantity <> 0) AS held_movements
        FROM (SELECT fiscal.recover_after_restore($1, who => $2, why => $3, is_trial => $4) AS r OFFSET 0) x
        """)

    private static let accept = Statement("recovery.accept", "SELECT fiscal.accept_history($1, $2)")
}
