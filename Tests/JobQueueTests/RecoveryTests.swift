import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// What a database that was set back makes of workers, numbers and jobs of the time that is lost.
@Suite(.database, .timeLimit(.minutes(10))) struct RecoveryTests {
    let queue = QueueHarness.current

    private func recover() async throws {
        try await queue.sql("UPDATE fiscal.worker SET lease_until = now() - interval '1 s'")
        try await queue.sql(
            "SELECT fiscal.recover_after_restore(now() - interval '1 hour', 'anna', 'disk lost', false)")
    }

    private func claimed(_ worker: WorkerID, _ room: Int = 10) async throws -> [JobRun] {
        let store = QueueStore(pool: queue.pool, worker: worker, lease: .endless, effects: [])
        return try await store.claim(
            ClaimPlan(room: room, streams: [.local], dueQueues: [QueueName.local], dueFirst: true)
        ).runs.map(\.run)
    }

    @Test func whatMayHaveBeenDoneIsInDoubtAndTheRestIsNot() async throws {
        try await queue.declare("test")
        let steps: [(String, String, DoubtPolicy)] = [
            ("test", "run", .none), ("test", "send", .resend), ("test", "ask", .person),
        ]
        let worker = try await queue.registerWorker(steps)
        try await queue.insertMany(8)
        try await queue.sql(
            """
            UPDATE fiscal.job SET step = CASE id % 4 WHEN 1 THEN 'run' WHEN 2 THEN 'send' WHEN 3 THEN 'ask' ELSE 'new' END,
                queue = CASE WHEN id % 4 = 1 THEN 'local' ELSE 'provider' END,
                state = CASE WHEN id > 4 THEN 'later' ELSE 'ready' END::fiscal.job_state
            """)
        try await recover()
        #expect(
            try await queue.texts(
                "SELECT concat_ws(' ', step, state, doubtful, reason_code) FROM fiscal.job ORDER BY id") == [
                    "run ready f", "send in_doubt t restored", "ask dead t in_doubt",
                    // Nobody knew this step: it may send.
                    "new in_doubt t restored",
                    "run later f", "send in_doubt t restored", "ask dead t in_doubt", "new in_doubt t restored",
                ])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.worker WHERE dead_at IS NOT NULL") == 1)
        #expect(try await queue.texts("SELECT fiscal.heartbeat(\(worker))::text") == ["false"])
    }

    @Test func whileAWorkerHasALeaseNothingIsRecovered() async throws {
        _ = try await queue.registerWorker()
        await #expect {
            try await queue.sql("SELECT fiscal.recover_after_restore(now(), 'anna', 'why', false)")
        } throws: { ($0 as? PostgresError)?.sqlState?.code == "55006" }
        #expect(try await queue.number("SELECT count(*) FROM fiscal.epoch") == 1)
        // What would be done may be counted beside it.
        try await queue.declare("test")
        try await queue.insertMany(3)
        let trial = "SELECT fiscal.recover_after_restore(now(), 'anna', 'why', true)->>'jobs'"
        #expect(try await queue.texts(trial) == ["3"])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.worker WHERE dead_at IS NULL") == 1)
    }

    @Test func whatIsEnoughOnceWhileItHasNotBegunStaysSo() async throws {
        let spawning = """
            SELECT fiscal.spawn('{null}', '{shop}', '{test}', '{order:1}', '{local}', '{run}', '{0}', '{null}', '{0}', '{t}')
            """
        #expect(try await queue.number(spawning) == 1)
        try await recover()
        #expect(try await queue.number(spawning) == 0)
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job") == 1)
    }

    @Test func aSuspectReceiptPutsItsOwnJobInDoubtAndNoneThatWasSpawned() async throws {
        try await queue.declare("test")
        let event = try await queue.insert()
        try await queue.sql(
            """
            INSERT INTO fiscal.receipt (event_id, part, edition, shop, settlement_key, type, total, provider, destination,
                external_id, document, request, request_digest)
            VALUES (\(event), 1, 1, 'shop', 'payment:1:in:1', 'sell', 100, 'p', 'provider', 'x', '{}', '', sha256(''))
            """)
        try await queue.sql("UPDATE fiscal.receipt SET suspect = true")
        try await queue.sql(
            """
            SELECT fiscal.spawn('{\(event)}', '{shop}', '{test}', '{order:1}', '{local}', '{run}', '{0}', '{null}', '{0}', '{t}')
            """)
        #expect(
            try await queue.texts("SELECT concat_ws(' ', spawned, fiscal.is_in_doubt(j)) FROM fiscal.job j ORDER BY id")
                == ["f t", "t f"])
    }

    @Test func noNumberOfTheLostTimeIsGivenAgain() async throws {
        try await queue.declare("test")
        let worker = try await queue.registerWorker()
        let first = try await queue.insert()
        try await recover()
        let next = try await queue.insert()
        #expect(next.rawValue > first.rawValue + 1_000_000)
        #expect(try await queue.registerWorker().rawValue > worker.rawValue + 1_000_000)
        #expect(try await queue.number("SELECT run_no FROM fiscal.job WHERE id = \(first)") >= 1_000_000)
    }

    @Test func aWorkerOfBeforeChangesNothing() async throws {
        try await queue.declare("test")
        let before = try await queue.registerWorker([("test", "run", .resend)])
        try await queue.insertMany(2, subject: "'order:1'")
        // In the lost time it claimed the first job; the restored database has never heard of that.
        let lost = try await claimed(before, 1)
        try await queue.sql(
            "UPDATE fiscal.job SET state = 'ready', run_no = 0, worker_id = NULL, claimed_at = NULL, holder = false")
        try await recover()
        let store = QueueStore(pool: queue.pool, worker: before, lease: .endless, effects: [])
        #expect(try await claimed(before).isEmpty)
        let after = try await queue.registerWorker([("test", "run", .resend)])
        let runs = try await claimed(after)
        #expect(runs.map(\.job) == [JobID(1)])
        #expect(runs[0].settlingDoubt)
        // Both run the job now, each by what it knows: the outcome of before is fenced, its evidence is kept.
        let report = try Report.test(
            lost[0], Outcome(.finish(outcome: "ok"), exchange: ExchangeRecord(code: "200", evidence: #"{"id": 7}"#)))
        #expect(try await store.recordAndClaim([report], nil).record.recorded.isEmpty)
        #expect(try await store.keepEvidence([report]).map(\.finding) == ["fenced"])
        #expect(try await queue.texts("SELECT state::text FROM fiscal.job ORDER BY id") == ["running", "waiting"])
        #expect(try await queue.texts("SELECT evidence::text FROM fiscal.job WHERE id = 1") == [#"{"id": 7}"#])
        // The lane goes on in its order.
        let mine = QueueStore(pool: queue.pool, worker: after, lease: .endless, effects: [])
        let end = try Report.test(runs[0], Outcome(.finish(outcome: "ok")))
        #expect(try await mine.recordAndClaim([end], nil).record.recorded.count == 1)
        #expect(try await claimed(after).map(\.job) == [JobID(2)])
    }

    @Test func whatALostRunHeardIsNotGivenToAnotherEventOfItsNumber() async throws {
        try await queue.declare("test")
        let before = try await queue.registerWorker([("test", "run", .resend)])
        try await queue.insertMany(1)
        let lost = try await claimed(before)
        // Nobody has recovered yet, and the number has been given to another event meanwhile.
        try await queue.sql("TRUNCATE fiscal.outbox, fiscal.job, fiscal.conflict, fiscal.attempt CASCADE")
        try await queue.sql("ALTER SEQUENCE fiscal.outbox_id_seq RESTART WITH 1")
        try await queue.insertMany(1)
        let store = QueueStore(pool: queue.pool, worker: before, lease: .endless, effects: [])
        let report = try Report.test(
            lost[0], Outcome(.finish(outcome: "ok"), exchange: ExchangeRecord(code: "200", evidence: #"{"id": 7}"#)))
        #expect(try await store.recordAndClaim([report], nil).record.recorded.isEmpty)
        _ = try await store.keepEvidence([report])
        #expect(try await queue.texts("SELECT evidence::text FROM fiscal.job") == ["NULL"])
    }

    @Test func anotherHistoryIsAnAlarmUntilSomebodySaysWhatWasLost() async throws {
        let health = try await queue.texts("SELECT fiscal.is_history_known()::text")
        #expect(health == ["true"])
        try await queue.sql("UPDATE fiscal.epoch SET timeline = '000000FF'")
        try await queue.sql("SELECT fiscal.look_after(1, 1)")
        let open = "SELECT key FROM fiscal.alarm WHERE cleared_at IS NULL"
        #expect(try await queue.texts(open) == ["history_changed"])
        #expect(try await queue.texts("SELECT fiscal.accept_history('anna', 'switched over')::text") == ["true"])
        #expect(try await queue.texts(open) == [])
        #expect(try await queue.texts("SELECT fiscal.accept_history('anna', 'again')::text") == ["false"])
    }
}
