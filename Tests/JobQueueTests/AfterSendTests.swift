import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// What a report means that cannot be written down, and what it tells of its destination.
@Suite(.database, .timeLimit(.minutes(10))) struct AfterSendTests {
    let queue = QueueHarness.current

    private static let note = EffectKind(
        name: "note", statement: Statement("note", "INSERT INTO note SELECT * FROM unnest($1::bigint[])"),
        columns: [.bigint])
    private static let moment = Timestamp(microsecondsSince1970: 1_700_000_000_000_000)

    /// Claims all jobs of the queue `provider` and hands them to `body`.
    private func claimed(_ count: Int) async throws -> (store: QueueStore, runs: [JobRun]) {
        try await queue.declare("test")
        try await queue.insertMany(count)
        try await queue.sql("UPDATE fiscal.job SET queue = 'provider'")
        let worker = try await queue.registerWorker([("test", "run", .resend)])
        let store = QueueStore(pool: queue.pool, worker: worker, lease: .endless, effects: [Self.note])
        let plan = ClaimPlan(
            room: count,
            streams: [
                ClaimPlan.Visit(
                    key: StreamKey(queue: "provider", shop: "shop", priority: 0), limit: count, floor: .bottom,
                    isFullLook: true)
            ], dueQueues: [], dueFirst: false)
        return (store, try await store.claim(plan).runs.map(\.run))
    }

    private func failures() async throws -> Int {
        try await queue.number("SELECT failures FROM fiscal.destination WHERE name = 'provider'")
    }

    // MARK: The effect fails

    @Test(arguments: [
        (DoubtPolicy.resend, true, true), (.person, true, true), (.resend, false, false), (.none, true, false),
    ])
    func whatWasSentStaysInDoubtThoughItsAnswerCannotBeWritten(
        doubt: DoubtPolicy, wasSent: Bool, isDoubtful: Bool
    ) async throws {
        try await queue.sql("CREATE TABLE note (n bigint CHECK (n < 0))")
        let (store, runs) = try await claimed(1)
        let exchange = ExchangeRecord(
            sentAt: wasSent ? Self.moment : nil, answeredAt: Self.moment, code: "200", evidence: #"{"id": 7}"#)
        let report = try Report.test(
            runs[0],
            Outcome(.finish(outcome: "ok"), effects: [Effect(Self.note, [.int(1)])], exchange: exchange), doubt: doubt)
        let answer = await store.recordEach([report])
        #expect(answer.broken.count == 1)
        #expect(
            try await queue.texts("SELECT concat_ws(' ', state, reason_code, doubtful) FROM fiscal.job") == [
                "dead effect_failed \(isDoubtful ? "t" : "f")"
            ])
        let kept = isDoubtful ? #"{"id": 7}"# : "NULL"
        #expect(try await queue.texts("SELECT evidence FROM fiscal.attempt") == [kept])
        // No replay forgets it.
        try await queue.sql("SELECT fiscal.replay_job(1, 'anna', 'mended')")
        #expect(try await queue.state(JobID(1)) == (isDoubtful ? "in_doubt" : "ready"))
    }

    // MARK: The breaker counts

    @Test func aRunThatHeardNothingIsNoSuccess() async throws {
        try await queue.sql("INSERT INTO fiscal.destination (name, failures) VALUES ('provider', 3)")
        let (store, runs) = try await claimed(6)
        let failure = JobFailure(code: "no", message: "No.")
        let silent: [Outcome] = [
            Outcome(.dead(failure)), Outcome(.later(failure)), Outcome(.inDoubt(failure)), Outcome(.handBack),
            Outcome(.dead(failure), exchange: ExchangeRecord(sentAt: Self.moment)),
        ]
        let reports = try zip(runs, silent).map { run, outcome in try Report.test(run, outcome) }
        #expect(try await store.recordAndClaim(reports, nil).record.recorded.count == 5)
        #expect(try await failures() == 3)
        // An answer is one, whatever it says.
        let heard = try Report.test(
            runs[5], Outcome(.dead(failure), exchange: ExchangeRecord(answeredAt: Self.moment)))
        _ = try await store.recordAndClaim([heard], nil)
        #expect(try await failures() == 0)
    }

    @Test func oneFailedCallOfManyJobsIsOneFailure() async throws {
        let (store, runs) = try await claimed(6)
        let failure = JobFailure(code: "502", message: "Bad gateway.", blamesDestination: true)
        func reports(_ runs: ArraySlice<JobRun>, batchSize: Int) throws -> [Report] {
            try runs.map { try Report.test($0, Outcome(.later(failure)), batchSize: batchSize) }
        }
        _ = try await store.recordAndClaim(try reports(runs[..<3], batchSize: 50), nil)
        #expect(try await failures() == 1)
        // Jobs that were sent one by one each failed.
        _ = try await store.recordAndClaim(try reports(runs[3...], batchSize: 1), nil)
        #expect(try await failures() == 4)
    }
}
