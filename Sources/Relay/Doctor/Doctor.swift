import Bitrix
import FiscalProviders
import FoundationEssentials
import JobQueue
package import Postgres

/// Looks at everything an installation needs, and changes nothing.
package struct Doctor: Sendable {
    /// The difference of clocks from which on it is worth a word: times in the journal would mislead.
    package static let clockTolerance: Duration = .seconds(2)

    let pool: PostgresPool
    private let migrator: MigrationRunner
    private let directory: ShopDirectory

    package init(pool: PostgresPool, migrator: MigrationRunner, directory: ShopDirectory) {
        self.pool = pool
        self.migrator = migrator
        self.directory = directory
    }

    /// Every finding, database first. An unreachable database ends the list of what depends on it.
    package func examine() async -> [DoctorFinding] {
        var findings: [DoctorFinding] = []
        do {
            findings.append(try await clock())
            findings.append(await schema())
            findings += try await settings()
            findings += try await roles()
            findings += try await work()
            findings += try await steps()
            findings += try await writebacks()
            findings.append(try await history())
            findings += try await alarms()
            findings += try await horizon()
        } catch {
            findings.append(DoctorFinding("database", .broken, error.description))
        }
        findings += await registers()
        findings += await portals()
        return findings
    }

    private func clock() async throws(PostgresError) -> DoctorFinding {
        let before = Date()
        let server = try await pool.query(Self.now) { row throws(PostgresError) -> Timestamp in
            try row.get("moment")
        }.first
        let after = Date()
        guard let server else { return DoctorFinding("database", .broken, "the server gave no time") }
        let here = (before.timeIntervalSince1970 + after.timeIntervalSince1970) / 2
        let skew = Double(server.microsecondsSince1970) / 1_000_000 - here
        let text = "reachable; its clock differs from this machine's by \(Int((skew * 1000).rounded())) ms"
        return DoctorFinding("database", abs(skew) > 2 ? .warning : .fine, text)
    }

    private func schema() async -> DoctorFinding {
        do {
            let status = try await migrator.status()
            if let obstacle = status.obstacle { return DoctorFinding("schema", .broken, obstacle.description) }
            if status.pending.isEmpty {
                return DoctorFinding("schema", .fine, "up to date (\(status.applied.count) migrations)")
            }
            return DoctorFinding(
                "schema", .broken, "run fiscal-relay migrate: \(status.pending.joined(separator: ", ")) pending")
        } catch {
            return DoctorFinding("schema", .broken, error.description)
        }
    }

    private func settings() async throws(PostgresError) -> [DoctorFinding] {
        let rows = try await pool.query(Self.serverSettings) { row throws(PostgresError) -> (String, String) in
            (try row.get("name"), try row.get("setting"))
        }
        return rows.map { name, setting in
            let isRisky =
                (name == "synchronous_commit" || name == "fsync" || name == "full_page_writes") && setting == "off"
            return DoctorFinding(
                "setting \(name)", isRisky ? .warning : .fine,
                isRisky ? "off: what was committed can be lost in a crash" : setting)
        }
    }

    private func roles() async throws(PostgresError) -> [DoctorFinding] {
        try await pool.query(Self.roleCheck) { row throws(PostgresError) -> DoctorFinding in
            let name: String = try row.get("name")
            let exists: Bool = try row.get("exists")
            return DoctorFinding(
                "role \(name)", exists ? .fine : .broken, exists ? "exists" : "is missing: run fiscal-relay migrate")
        }
    }

    private func work() async throws(PostgresError) -> [DoctorFinding] {
        let counts = try await pool.query(Self.workCheck) { row throws(PostgresError) in
            (
                workers: try row.get(Int64.self, "workers"), jobs: try row.get(Int64.self, "jobs"),
                dead: try row.get(Int64.self, "dead"), lost: try row.get(Int64.self, "lost"),
                orphans: try row.get(Int64.self, "orphans"), forgotten: try row.get(Int64.self, "forgotten"),
                checkedAt: try row.getOptional(String.self, "checked_at")
            )
        }
        guard let counts = counts.first else { return [] }
        return [
            DoctorFinding(
                "workers", counts.workers == 0 && counts.jobs > 0 ? .warning : .fine,
                "\(counts.workers) alive, \(counts.jobs) jobs open"),
            DoctorFinding(
                "dead letters", counts.dead > 0 ? .warning : .fine,
                counts.dead == 0 ? "none" : "\(counts.dead): fiscal-relay jobs list --state dead"),
            DoctorFinding(
                "lost events", counts.lost > 0 ? .broken : .fine,
                counts.lost == 0
                    ? "none; all were last looked at by \(counts.checkedAt.map { $0 + " UTC" } ?? "no worker yet")"
                    : "\(counts.lost) of the newest 100,000 events have neither a job nor an end"),
            DoctorFinding(
                "running jobs", counts.orphans > 0 ? .broken : .fine,
                counts.orphans == 0
                    ? "each with its worker" : "\(counts.orphans) run under workers that are gone for good"),
            DoctorFinding(
                "open receipts", counts.forgotten > 0 ? .broken : .fine,
                counts.forgotten == 0
                    ? "each with its job"
                    : "\(counts.forgotten) are neither printed nor given up, and no job asks for them"),
        ]
    }

    /// Steps for which jobs wait and which no worker alive knows, as after a release was taken back.
    private func steps() async throws(PostgresError) -> [DoctorFinding] {
        try await pool.query(Self.unknownSteps) { row throws(PostgresError) in
            let (kind, step): (String, String) = (try row.get("kind"), try row.get("step"))
            return DoctorFinding(
                "step \(kind)/\(step)", .broken, "\(try row.get(Int64.self, "jobs")) jobs wait, and no worker knows it")
        }
    }

    /// Whether the server goes on from the history that the books know: a restore or a failover gives it another.
    private func history() async throws(PostgresError) -> DoctorFinding {
        let known =
            try await pool.query(Self.historyCheck) { row throws(PostgresError) in
                try row.getOptional(Bool.self, 0)
            }.first ?? nil
        return switch known {
        case true: DoctorFinding("history", .fine, "goes on unbroken")
        case false:
            DoctorFinding(
                "history", .broken,
                "another server, or another timeline: after a restore, or a failover that lost commits, stop the workers and run fiscal-relay recover --after-restore --since MOMENT; if nothing was lost, fiscal-relay recover --nothing-lost"
            )
        case nil: DoctorFinding("history", .warning, "not told by a standby")
        }
    }

    private func alarms() async throws(PostgresError) -> [DoctorFinding] {
        try await pool.query(Self.openAlarms) { row throws(PostgresError) in
            DoctorFinding(
                "alarm \(try row.get(String.self, "key"))",
                try row.get(String.self, "severity") == "critical" ? .broken : .warning, try row.get("text"))
        }
    }

    /// Who keeps vacuum from cleaning up behind the queue.
    private func horizon() async throws(PostgresError) -> [DoctorFinding] {
        try await QueueHealth(pool).horizonHolders().map { holder in
            let open = holder.openFor.map { ", open for \($0.components.seconds) s" } ?? ""
            return DoctorFinding(
                "vacuum", .warning,
                "\(holder.kind.rawValue) \(holder.name) holds dead rows back: \(holder.age) transactions\(open)")
        }
    }

    private func registers() async -> [DoctorFinding] {
        var findings: [DoctorFinding] = []
        for register in directory.registers.values.sorted(by: { $0.destination < $1.destination }) {
            let check = "credentials \(register.destination)"
            switch await register.provider.checkCredentials() {
            case .valid: findings.append(DoctorFinding(check, .fine, "accepted"))
            case .refused(let fault): findings.append(DoctorFinding(check, .broken, fault.message))
            case .undecided(let fault): findings.append(DoctorFinding(check, .warning, fault.message))
            }
        }
        for shop in directory.shops.values.sorted(by: { $0.name < $1.name }) where shop.register == nil {
            findings.append(
                DoctorFinding("shop \(shop.name)", .warning, "shadow mode: receipts are built and not sent"))
        }
        return findings
    }

    private func portals() async -> [DoctorFinding] {
        var findings: [DoctorFinding] = []
        var seen: Set<String> = []
        for portal in directory.shops.values.compactMap(\.portal) where seen.insert(portal.destination).inserted {
            let check = "portal \(portal.destination)"
            switch await portal.client.checkAccess() {
            case .valid(let missing) where missing.isEmpty: findings.append(DoctorFinding(check, .fine, "accepted"))
            case .valid(let missing):
                findings.append(
                    DoctorFinding(check, .broken, "lacks the rights \(missing.joined(separator: ", "))"))
            case .refused(let fault): findings.append(DoctorFinding(check, .broken, fault.message))
            case .undecided(let fault): findings.append(DoctorFinding(check, .warning, fault.message))
            }
        }
        return findings.sorted { $0.check < $1.check }
    }

    private static let now = Statement("doctor.now", "SELECT clock_timestamp() AS moment")

    private static let serverSettings = Statement(
        "doctor.settings",
        """
        SELECT name, setting FROM pg_catalog.pg_settings
        WHERE name IN ('server_version', 'fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name
        """)

    private static let roleCheck = Statement(
        "doctor.roles",
        """
        SELECT r.name, EXISTS (SELECT FROM pg_catalog.pg_roles p WHERE p.rolname = r.name) AS exists
        FROM (VALUES ('fiscal_writer'), ('fiscal_worker'), ('fiscal_admin'), ('fiscal_reader')) AS r (name)
        """)

    private static let workCheck = Statement(
        "doctor.work",
        """
        SELECT
            (SELECT count(*) FROM fiscal.worker w
             WHERE w.stopped_at IS NULL AND w.dead_at IS NULL AND w.lease_until > clock_timestamp()) AS workers,
            (SELECT count(*) FROM fiscal.job) AS jobs,
            (SELECT to_char(u.checked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM fiscal.upkeep u) AS checked_at,
            (SELECT count(*) FROM fiscal.job j WHERE j.state = 'dead') AS dead,
            (SELECT count(*) FROM (SELECT id FROM fiscal.outbox ORDER BY id DESC LIMIT 100000) o
             WHERE NOT EXISTS (SELECT FROM fiscal.job j WHERE j.id = o.id)
               AND NOT EXISTS (SELECT FROM fiscal.event_end e WHERE e.event_id = o.id)) AS lost,
            (SELECT count(*) FROM fiscal.job j
             WHERE j.state = 'running'
               AND NOT EXISTS (SELECT FROM fiscal.worker w WHERE w.id = j.worker_id AND w.rescued_at IS NULL)) AS orphans,
            (SELECT count(*) FROM fiscal.receipt r
             WHERE r.state IN ('planned', 'submitted')
               AND NOT EXISTS (SELECT FROM fiscal.job j WHERE j.id = r.event_id)) AS forgotten
        """)

    private static let historyCheck = Statement("doctor.history", "SELECT fiscal.is_history_known()")

    private static let unknownSteps = Statement(
        "doctor.unknownSteps",
        """
        WITH known AS (
            SELECT DISTINCT s.kind, s.step FROM fiscal.worker_step s JOIN fiscal.worker w ON w.id = s.worker_id
            WHERE w.stopped_at IS NULL AND w.dead_at IS NULL AND w.lease_until > clock_timestamp()
        )
        SELECT j.kind, j.step, count(*) AS jobs FROM fiscal.job j
        WHERE j.state IN ('ready', 'later', 'in_doubt') AND j.step <> '?' AND EXISTS (SELECT FROM known)
          AND NOT EXISTS (SELECT FROM known k WHERE k.kind = j.kind AND k.step = j.step)
        GROUP BY j.kind, j.step ORDER BY j.kind, j.step
        """)

    private static let openAlarms = Statement(
        "doctor.alarms",
        """
        SELECT key, severity, text || ' (since ' || to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC)'
            AS text
        FROM fiscal.alarm WHERE cleared_at IS NULL ORDER BY severity, since
        """)
}
