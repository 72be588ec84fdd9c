import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// The months of the history come and go without anybody waiting for it.
@Suite(.database, .timeLimit(.minutes(10))) struct PartitionTests {
    let queue = QueueHarness.current

    /// A year of retention.
    private static let lookAfter = "SELECT fiscal.look_after(31536000000, 0)::text"

    /// A month long gone.
    private func makeOldMonth() async throws {
        try await queue.sql("CREATE TABLE fiscal.attempt_2020_01 (LIKE fiscal.attempt INCLUDING DEFAULTS)")
        try await queue.sql(
            """
            ALTER TABLE fiscal.attempt ATTACH PARTITION fiscal.attempt_2020_01
            FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2020-02-01 00:00+00')
            """)
    }

    private func isThere(_ month: String) async throws -> Bool {
        try await queue.number("SELECT count(*) FROM pg_class WHERE relname = 'attempt_\(month)'") == 1
    }

    private func record(_ job: Int, _ endedAt: String) async throws {
        try await queue.sql(Self.recording(job, endedAt))
    }

    private static func recording(_ job: Int, _ endedAt: String) -> String {
        """
        INSERT INTO fiscal.attempt (job_id, run_no, ended_at, attempt, part, edition, kind, step, outcome)
        VALUES (\(job), 1, '\(endedAt)', 0, 1, 1, 'k', 's', 'finish')
        """
    }

    @Test func upkeepDropsWhatIsOldOncePerMinute() async throws {
        try await makeOldMonth()
        #expect(try await queue.texts(Self.lookAfter) == ["true"])
        #expect(try await queue.texts(Self.lookAfter) == ["false"])
        #expect(try await !isThere("2020_01"))
    }

    @Test func upkeepMakesTheMonthThatIsMissingAndTheNext() async throws {
        let months = try await queue.texts(
            "SELECT relname FROM pg_class WHERE relname ~ '^attempt_\\d' AND relkind = 'r'")
        #expect(months.count == 2)
        for month in months { try await queue.sql("DROP TABLE fiscal.\(month)") }
        for _ in 1...2 {
            try await queue.sql("UPDATE fiscal.upkeep SET done_at = '-infinity'")
            #expect(try await queue.texts(Self.lookAfter) == ["true"])
        }
        #expect(
            try await queue.texts("SELECT relname FROM pg_class WHERE relname ~ '^attempt_\\d' AND relkind = 'r'")
                .sorted()
                == months.sorted())
    }

    @Test func rowsOfAMonthThatNobodyMadeInTimeMoveToIt() async throws {
        try await record(1, "2031-05-10")
        try await record(2, "2031-06-10")
        #expect(try await queue.number("SELECT count(*) FROM fiscal.attempt_default") == 2)
        #expect(try await queue.texts("SELECT fiscal.make_attempt_partition('2031-05-20')::text") == ["true"])
        #expect(try await queue.texts("SELECT fiscal.make_attempt_partition('2031-05-20')::text") == ["false"])
        #expect(try await queue.texts("SELECT job_id::text FROM fiscal.attempt_2031_05") == ["1"])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.attempt") == 2)
    }

    /// Who reads the old month, who records a run, who reads what has no month.
    @Test(arguments: [
        "SELECT job_id::text FROM fiscal.attempt_2020_01", recording(7, "2020-01-05"),
        "SELECT job_id::text FROM fiscal.attempt",
    ]) func upkeepAsksForNoLockThatSomebodyHas(held: String) async throws {
        try await makeOldMonth()
        let (holder, keeper) = (try await SQLSession.open(), try await SQLSession.open())
        try await holder.begin()
        try await holder.run(held)
        // Whoever waits for a lock lets others wait behind it: a wait, and not its end, is the fault.
        try await keeper.run(
            "SELECT set_config('lock_timeout', '0', false), set_config('statement_timeout', '60s', false)")
        let refused = await #expect(throws: PostgresError.self) {
            try await keeper.run("SELECT fiscal.drop_attempt_partitions(now() - interval '1 year')")
        }
        #expect(refused?.sqlState == .lockNotAvailable, "\(String(describing: refused))")
        // Upkeep does the rest all the same.
        #expect(try await keeper.run(Self.lookAfter) == ["true"])
        #expect(try await isThere("2020_01"))
        try await holder.rollback()
        try await queue.sql("UPDATE fiscal.upkeep SET done_at = '-infinity'")
        #expect(try await keeper.run(Self.lookAfter) == ["true"])
        #expect(try await !isThere("2020_01"))
        for session in [holder, keeper] { await session.connection.close() }
    }

    /// Somebody records at every instant at which upkeep asks: it waits for those who are at it, and they for nobody.
    @Test func whatIsOverdueIsDroppedHoweverMuchIsRecorded() async throws {
        try await makeOldMonth()
        let (recorder, keeper) = (try await SQLSession.open(), try await SQLSession.open())
        // How long it waits is too short to be sure of on a busy machine: it is tried again, as upkeep does.
        for _ in 1...50 where try await isThere("2020_01") {
            try await recorder.begin()
            try await recorder.run(Self.recording(7, "2031-01-05"))
            async let kept = keeper.run("SELECT fiscal.keep_attempt_partitions(now(), 31536000000)::text")
            let end = ContinuousClock.now.advanced(by: .seconds(1))
            let blocked = "SELECT cardinality(pg_blocking_pids(\(keeper.pid)))"
            while ContinuousClock.now < end, try await queue.number(blocked) == 0 {}
            try await recorder.commit()
            _ = try await kept
        }
        #expect(try await !isThere("2020_01"))
        for session in [recorder, keeper] { await session.connection.close() }
    }

    @Test func aMonthThatNobodyLetsGoForAWeekRaisesTheAlarm() async throws {
        try await makeOldMonth()
        let (reader, keeper) = (try await SQLSession.open(), try await SQLSession.open())
        try await reader.begin()
        try await reader.run("SELECT job_id::text FROM fiscal.attempt")
        let keep = "SELECT fiscal.keep_attempt_partitions(now(), 31536000000)::text"
        #expect(try await keeper.run(keep) == ["false"])
        let health = QueueHealth(queue.pool)
        #expect(try await health.openAlarms().map(\.key) == ["history_overdue"])
        try await reader.rollback()
        #expect(try await keeper.run(keep) == ["true"])
        #expect(try await health.openAlarms().isEmpty)
        for session in [reader, keeper] { await session.connection.close() }
    }

    @Test func aMonthIsNotMadeWhileSomebodyReadsWhatHasNone() async throws {
        let (holder, keeper) = (try await SQLSession.open(), try await SQLSession.open())
        try await holder.begin()
        try await holder.run("SELECT job_id::text FROM fiscal.attempt_default")
        try await keeper.run(
            "SELECT set_config('lock_timeout', '0', false), set_config('statement_timeout', '60s', false)")
        let refused = await #expect(throws: PostgresError.self) {
            try await keeper.run("SELECT fiscal.make_attempt_partition('2031-05-20')::text")
        }
        #expect(refused?.sqlState == .lockNotAvailable, "\(String(describing: refused))")
        #expect(try await !isThere("2031_05"))
        try await holder.rollback()
        #expect(try await keeper.run("SELECT fiscal.make_attempt_partition('2031-05-20')::text") == ["true"])
        for session in [holder, keeper] { await session.connection.close() }
    }

    @Test func everyMonthIsVacuumedAsWhatIsWrittenOnce() async throws {
        _ = try await queue.texts("SELECT fiscal.make_attempt_partition('2031-05-20')::text")
        #expect(
            try await queue.texts(
                """
                SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'fiscal.attempt'::regclass
                  AND NOT coalesce(c.reloptions @> '{autovacuum_freeze_min_age=0,autovacuum_vacuum_insert_scale_factor=0.05}',
                                   false)
                """) == [])
    }
}
