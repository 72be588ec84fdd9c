import Bitrix
package import JobQueue
package import Postgres

/// Looks once a minute at what waits for portals: tells somebody when results wait for long, and opens a portal again
/// that had refused us and lets us in now.
package struct WritebackWatch: Sendable {
    package static let key = StepKey(kind: "portal.watch", step: "look")

    /// What to declare to the queue, so that one process of the fleet looks.
    package static let schedule = ScheduleDefinition(name: "portal.watch", key: key, every: .seconds(60))

    /// Codes of refusals that a harmless call tells over: of the rest a person says when they are mended.
    private static let checkable: Set<String> = [
        "access_unavailable", "no_auth_found", "invalid_credentials", "expired_token", "invalid_token",
        "insufficient_scope", "redirect_not_allowed", "payment_required", "wrong_license", "application_not_found",
        "authorization_error", "user_access_error", "invalid_request",
    ]

    private let portals: [String: Portal]
    private let pool: PostgresPool

    package init(directory: ShopDirectory, pool: PostgresPool) {
        portals = directory.portals
        self.pool = pool
    }

    package var definition: StepDefinition {
        StepDefinition(key: Self.key, doubt: .none, timeout: .seconds(120), recordsHistory: false) { _ in
            await self.run()
        }
    }

    private func run() async -> Outcome {
        do {
            let effects = try await lateness()
            try await reopen()
            return Outcome(.finish(outcome: "looked"), effects: effects)
        } catch {
            // The next one is due in a minute.
            return Outcome(.finish(outcome: "database_unavailable"))
        }
    }

    // MARK: Lateness

    /// Results that wait for one portal.
    package struct Backlog: Hashable, Sendable {
        package let destination: String
        package let orders: Int
        /// Since the eldest was ordered.
        package let waited: Duration
    }

    /// What waits for each portal, dead letters apart.
    package static func backlogs(_ pool: PostgresPool) async throws(PostgresError) -> [Backlog] {
        try await pool.query(waiting, [.text(WritebackStep.kind)]) { row throws(PostgresError) in
            Backlog(
                destination: try row.get("queue"), orders: try row.get("orders"),
                waited: .seconds(try row.get(Int64.self, "seconds")))
        }
    }

    private func lateness() async throws(PostgresError) -> [Effect] {
        let backlogs = Dictionary(
            try await Self.backlogs(pool).map { ($0.destination, $0) }, uniquingKeysWith: { first, _ in first })
        return portals.values.sorted { $0.destination < $1.destination }.map { portal in
            Self.effect(backlogs[portal.destination], portal.destination, alarmAfter: portal.alarmAfter)
        }
    }

    /// The alarm of one portal, raised or cleared: a pure function of what waits.
    package static func effect(_ backlog: Backlog?, _ destination: String, alarmAfter: Duration) -> Effect {
        let key = "writeback_late:\(destination)"
        guard let backlog, backlog.waited > alarmAfter else { return AlarmEffects.clear(key) }
        return AlarmEffects.raise(
            key, .warning,
            "results of \(backlog.orders) orders wait for \(destination), the eldest for \(backlog.waited.settingText); "
                + "receipts go on")
    }

    // MARK: Refusals

    private func reopen() async throws(PostgresError) {
        let refused = try await pool.query(Self.refused, [.texts(portals.keys.sorted())]) {
            row throws(PostgresError) in (name: try row.get(String.self, 0), code: try row.get(String.self, 1))
        }
        for portal in refused where Self.checkable.contains(portal.code.lowercased()) {
            guard let client = portals[portal.name]?.client, await client.checkAccess() == .valid(missingScopes: [])
            else { continue }
            try await pool.execute(
                Self.resume,
                [.text(portal.name), .text("fiscal-relay"), .text("the portal that had refused us lets us in again")])
        }
    }

    private static let waiting = Statement(
        "writeback.waiting",
        """
        SELECT queue, count(*) AS orders,
               greatest(0, extract(epoch FROM clock_timestamp() - min(step_since)))::bigint AS seconds
        FROM fiscal.job WHERE kind = $1 AND state <> 'dead' GROUP BY queue ORDER BY queue
        """)

    private static let refused = Statement(
        "writeback.refused",
        """
        SELECT d.name, d.pause_code FROM fiscal.destination d
        WHERE d.name = ANY ($1) AND d.paused_until = 'infinity' AND d.pause_code <> 'operator'
          AND EXISTS (SELECT FROM fiscal.alarm a WHERE a.key = 'unauthorised:' || d.name AND a.cleared_at IS NULL)
        ORDER BY d.name
        """)

    private static let resume = Statement("writeback.resume", "SELECT fiscal.reopen_destination($1, $2, $3)")
}
