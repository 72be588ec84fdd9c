import Glibc
import Postgres
import Relay
import Sandbox
import Synchronization
import TestSupport
import Testing

@testable import EmbeddedPostgres

extension ChaosWorld {
    /// Everything heals: what was stopped goes on, what was cut is joined, what was full is empty.
    func heal() async {
        story.tell("everything heals")
        databaseDisk?.clear()
        logDisk?.clear()
        sandbox.faults.clear()
        for proxy in proxies { proxy.thaw() }
        for process in workers + [gateway] {
            process.setClock(hours: 0)
            process.signal(SIGCONT)
        }
        await cluster.resume()
        await restartDatabase(onlyIfDown: true)
        if poolerProcess.withLock({ $0?.hasEnded() ?? true }) { try? startPooler() }
        for load in loads { load.end() }
    }

    /// Waits until nothing is left to do but what waits for a person, and does what a person does of a doubt.
    ///
    /// Waits that production measures in minutes are cut short once nobody is left who could still be sending.
    func rest() async throws {
        try await eventually(within: .seconds(60), "the shops wrote all they had to write") {
            // Here and below a moment's failure is no end: the last sessions of the worst day may still be dying.
            guard let keys = try? await texts("SELECT shop || ' ' || event_key FROM fiscal.outbox") else {
                return false
            }
            let known = Set(keys)
            return loads.allSatisfy { $0.written.keys.allSatisfy(known.contains) && $0.isDone }
        }
        try await eventually(within: .seconds(120), "whoever is dead is known to be dead") {
            (try? await number(
                "SELECT count(*) FROM fiscal.worker WHERE dead_at IS NULL AND lease_until < clock_timestamp()")) == 0
        }
        story.tell("everything is written, and the dead are known")
        let known = ContinuousClock.now
        repeat {
            try await eventually(within: .seconds(240), "everything comes to rest") {
                if (try? await number(Self.restless)) == 0 { return true }
                _ = try? await owner.execute(Self.hasten)
                // Whoever lost its lease has been awake since everything healed: its calls of a portal are over long since.
                if known.duration(to: .now) > .seconds(20) { _ = try? await owner.execute(Self.hastenPushes) }
                _ = try? await owner.execute(Self.reopen)
                return false
            }
        } while try await settleDoubts() > 0
        story.tell("nothing is left to do")
        // What waits behind a dead letter moves its stock ahead of its turn, and that goes to the portal too.
        var tries = 0
        while tries < 480, (try? await stock().isWhole) != true {
            tries += 1
            _ = try? await owner.execute(Self.hasten)
            try await Task.sleep(for: .milliseconds(250))
        }
        story.tell("at rest")
    }

    /// Stock as the shops sold it, as our ledger has it, and as the portal does.
    func stock() async throws -> ChaosStock {
        let levels = try await owner.query(ChaosStock.levels) { row throws(PostgresError) in
            (try row.get(String.self, "place"), try row.get(Int64.self, "thousandths"))
        }
        return ChaosStock(
            left: loads.reduce(into: [:]) { $0.merge($1.left, uniquingKeysWith: +) },
            ledger: Dictionary(levels.map { ($0, Int($1)) }, uniquingKeysWith: +), portal: sandbox.stock()[1] ?? [:])
    }

    private static let restless = """
        SELECT count(*) FROM fiscal.job j WHERE j.state <> 'dead'
        AND NOT (j.state = 'waiting' AND EXISTS (
            SELECT FROM fiscal.job h WHERE h.holder AND h.shop = j.shop AND h.lane = j.lane AND h.state = 'dead'))
        """

    /// What the death of a worker put in doubt keeps its time: the request of the dead one may still be under way.
    private static let hasten = Statement(
        "chaos.hasten",
        """
        UPDATE fiscal.job SET run_at = clock_timestamp() + interval '100 ms'
        WHERE (state = 'later' OR state = 'in_doubt' AND reason_code <> 'worker_lost')
          AND run_at > clock_timestamp() + interval '1 second'
        """)

    private static let hastenPushes = Statement(
        "chaos.hasten_pushes",
        """
        UPDATE fiscal.job SET run_at = clock_timestamp() + interval '100 ms'
        WHERE state = 'in_doubt' AND reason_code = 'worker_lost' AND kind = 'stock.push'
          AND run_at > clock_timestamp() + interval '1 second'
        """)

    static let reopen = Statement(
        "chaos.reopen",
        """
        UPDATE fiscal.destination SET broken_until = clock_timestamp(), paused_until = NULL
        WHERE broken_until > clock_timestamp() + interval '1 second' OR paused_until > clock_timestamp() + interval '2 seconds'
        """)

    /// The verdict of the program itself, as an operator would ask for it.
    func verdict() async throws -> (status: Int32, output: String, error: String) {
        try await ChaosProgram.run([
            "verify", "--config", "\(directory)/worker-0.yaml", "--sandbox", address.url, "--settled", "--format",
            "json",
        ])
    }

    /// What became of every event, by `shop key`.
    func fates() async throws -> [String: ChaosFate] {
        let fates = try await owner.query(ChaosFate.all) { row throws(PostgresError) in
            (
                try row.get(String.self, "name"),
                ChaosFate(
                    outcome: try row.getOptional("outcome"), state: try row.getOptional("state"),
                    reason: try row.getOptional("reason_code"), ahead: try row.getOptional("ahead"))
            )
        }
        return Dictionary(fates, uniquingKeysWith: { first, _ in first })
    }

    func effects() async throws -> ChaosEffects {
        let known = try await owner.query(Self.known) { row throws(PostgresError) in
            (try row.get(String.self, "process"), try row.get(Bool.self, "is_gone"))
        }
        return ChaosEffects(
            deeds: deeds.withLock { $0 },
            areGone: Dictionary(
                known.compactMap { process, isGone in pid_t(process).map { ($0, isGone) } },
                uniquingKeysWith: { first, _ in first }),
            burials: try await number("SELECT count(*) FROM fiscal.worker WHERE dead_at IS NOT NULL"))
    }

    /// A process that was called dead and lives registers anew: it is gone when it is under no name.
    private static let known = Statement(
        "chaos.workers",
        """
        SELECT substring(name FROM '[0-9]+$') AS process, bool_and(dead_at IS NOT NULL OR stopped_at IS NOT NULL) AS is_gone
        FROM fiscal.worker WHERE name ~ ':[0-9]+$' GROUP BY 1
        """)

    func texts(_ sql: String) async throws -> [String] {
        try await owner.query(Statement("chaos.look", sql)) { row throws(PostgresError) in
            try row.getOptional(String.self, 0) ?? "NULL"
        }
    }

    func number(_ sql: String) async throws -> Int {
        try await owner.queryFirst(Statement("chaos.look", sql)) { row throws(PostgresError) in
            try row.getOptional(Int.self, 0) ?? 0
        } ?? 0
    }
}
