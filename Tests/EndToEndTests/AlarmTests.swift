import FoundationEssentials
import Postgres
import Relay
import TestSupport
import Testing

/// Alarms say what is true now, are raised once, and end by a person's word too.
@Suite(.database, .timeLimit(.minutes(10)))
struct AlarmTests {
    private func raise(_ severity: String, _ text: String, _ stage: Stage) async throws -> Bool {
        try await stage.texts("SELECT fiscal.raise_alarm('test:main', '\(severity)', '\(text)')::text") == ["true"]
    }

    private static let open = """
        SELECT concat_ws(' ', severity, text, changed_at IS NOT NULL) FROM fiscal.alarm
        WHERE key = 'test:main' AND cleared_at IS NULL
        """

    @Test func anOpenAlarmTakesOverWhatIsSaidAndIsNotRaisedAgain() async throws {
        try await withStage { stage in
            #expect(try await raise("warning", "one", stage))
            // Who wrote the row, and who locked it.
            let version = "SELECT xmin::text || ' ' || xmax::text FROM fiscal.alarm WHERE key = 'test:main'"
            let before = try await stage.texts(version)
            // Who says the same changes nothing and locks nothing, so that nobody waits for anybody.
            #expect(try await !raise("warning", "one", stage))
            #expect(try await stage.texts(version) == before)
            #expect(try await stage.texts(Self.open) == ["warning one f"])
            #expect(try await !raise("critical", "two", stage))
            #expect(try await stage.texts(Self.open) == ["critical two t"])
            #expect(try await !raise("warning", "two", stage))
            #expect(try await stage.texts(Self.open) == ["warning two t"])
            #expect(try await stage.number("SELECT count(*) FROM fiscal.alarm WHERE key = 'test:main'") == 1)
        }
    }

    @Test func aPersonEndsAnAlarmAndItIsRaisedAnewIfItsCauseGoesOn() async throws {
        try await withStage { stage in
            #expect(try await raise("critical", "something", stage))
            try await Console.open(stage) { console in
                let listed = try await console.json(AnyJSON.self, "alarms", "list")
                #expect(listed.count == 1)
                #expect(listed[0]?["key"] == .text("test:main"))
                #expect(listed[0]?["severity"] == .text("critical"))
                guard case .number(let id)? = listed[0]?["id"] else {
                    Issue.record("no id")
                    return
                }
                try await console.run("alarms", "clear", "\(id)", expecting: 64)
                try await console.run("alarms", "clear", "\(id)", "--why", " ", expecting: 64)
                let cleared = try await console.run(
                    "alarms", "clear", "\(id)", "--why", "mended by hand", "--by", "anna")
                #expect(cleared.output.contains("is cleared"))
                try await console.run("alarms", "clear", "\(id)", "--why", "again", expecting: 1)
                try await console.run("alarms", "clear", "999999", "--why", "none", expecting: 1)
                #expect(try await console.run("alarms", "list").output.contains("No alarm is open."))
                #expect(try await console.json(AnyJSON.self, "alarms", "list", "--all").count == 1)
            }
            #expect(
                try await stage.texts(
                    "SELECT concat_ws(' ', who, action, target, why, before ->> 'text') FROM fiscal.operator_action")
                    == ["anna clear_alarm alarm:test:main mended by hand something"])
            #expect(try await raise("critical", "something", stage))
            #expect(try await stage.openAlarms() == ["test:main"])
        }
    }

    /// Whoever looks whether an alarm may end, and whoever has just met its cause, come one after the other.
    @Test func whatIsRaisedWhileSomebodyEndsItIsNotLost() async throws {
        try await withStage { stage in
            #expect(try await raise("warning", "one", stage))
            let ending = try await Connection.open(try PostgresConfiguration(url: TestDatabase.current.url))
            func end(_ sql: String) async throws { _ = try await ending.execute(Statement("test.end", sql)) }
            try await end("BEGIN")
            try await end("SELECT fiscal.clear_alarm('test:main')")
            let raising = Task { try await raise("warning", "one", stage) }
            try await eventually("nobody waits for the end of the alarm") {
                try await stage.number(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
                    """) == 1
            }
            try await end("COMMIT")
            await ending.close()
            #expect(try await raising.value)
            #expect(try await stage.texts(Self.open) == ["warning one f"])
        }
    }

    @Test func whatStandsOnRecordIsNotEndedByAWord() async throws {
        try await withStage { stage in
            for key in ["reconcile:main", "reconcile:gone", "stock_negative:main", "order_missing:gone"] {
                _ = try await stage.texts("SELECT fiscal.raise_alarm('\(key)', 'warning', 'something')::text")
            }
            _ = try await stage.texts(
                "INSERT INTO fiscal.stock_below_zero (shop, store_id, product_id) VALUES ('main', '1', '7') RETURNING shop"
            )
            try await Console.open(stage) { console in
                for (key, status) in [
                    ("reconcile:main", Int32(1)), ("reconcile:gone", 0), ("stock_negative:main", 1),
                    ("order_missing:gone", 0),
                ] {
                    let id = try await stage.number("SELECT id FROM fiscal.alarm WHERE key = '\(key)'")
                    let said = try await console.run("alarms", "clear", "\(id)", "--why", "no", expecting: status)
                    #expect(status == 0 || (said.output + said.error).contains("see fiscal-relay"), "\(key)")
                }
            }
            #expect(Set(try await stage.openAlarms()) == ["reconcile:main", "stock_negative:main"])
        }
    }

    @Test func nobodyButAnAdministratorEndsOne() async throws {
        try await withStage { stage in
            #expect(try await raise("warning", "one", stage))
            try await Console.open(stage, login: .worker) { console in
                let id = try await stage.number("SELECT id FROM fiscal.alarm")
                try await console.run("alarms", "clear", "\(id)", "--why", "mine", expecting: 1)
            }
            #expect(try await stage.openAlarms() == ["test:main"])
        }
    }
}
