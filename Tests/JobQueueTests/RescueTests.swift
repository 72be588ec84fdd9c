import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Dead workers, lost leases, doubt and the fence, stepped by hand.
@Suite(.database, .timeLimit(.minutes(10))) struct RescueTests {
    let queue = QueueHarness.current

    /// Ends the lease of a worker `ago` seconds before now.
    private func endLease(_ worker: WorkerID, ago: Int = 1) async throws {
        try await queue.sql(
            "UPDATE fiscal.worker SET lease_until = now() - interval '\(ago) seconds' WHERE id = \(worker)")
    }

    /// Makes a worker one whose heartbeats have come for longer than a lease.
    private func makeSteady(_ worker: WorkerID) async throws {
        try await queue.sql(
            "UPDATE fiscal.worker SET steady_since = now() - lease - interval '1 second' WHERE id = \(worker)")
    }

    private func rescue(_ rescuer: WorkerID) async throws -> [String] {
        _ = try await queue.number("SELECT fiscal.bury_workers(\(rescuer))")
        return try await queue.texts("SELECT job || ' ' || became FROM fiscal.rescue(\(rescuer), 100) ORDER BY job")
    }

    @Test(arguments: [
        (DoubtPolicy.none, "ready"), (.resend, "in_doubt"), (.lookup, "in_doubt"), (.person, "dead"),
    ])
    func aLostRunIsTreatedAsItsStepDeclares(doubt: DoubtPolicy, state: String) async throws {
        try await queue.declare("test")
        try await queue.insertMany(1)
        let lost = try await queue.registerWorker([("test", "run", doubt)])
        let rescuer = try await queue.registerWorker()
        let session = try await SQLSession.open()
        #expect(try await session.claim(lost) == [1])
        try await queue.sql("UPDATE fiscal.worker_step SET timeout = interval '1 hour'")
        try await endLease(lost)
        #expect(try await rescue(rescuer) == [], "a rescuer that has not been steady for a lease judges nobody")
        try await makeSteady(rescuer)
        #expect(try await rescue(rescuer) == ["1 \(state)"])
        #expect(try await queue.texts("SELECT crashes || ' ' || run_no || ' ' || attempt FROM fiscal.job") == ["1 2 0"])
        #expect(try await queue.texts("SELECT outcome FROM fiscal.attempt") == ["lost"])
        if state == "in_doubt" {
            // Not before the end of the lost lease plus the step's time-out.
            #expect(
                try await queue.texts(
                    """
                    SELECT (j.run_at = w.lease_until + interval '1 hour')::text FROM fiscal.job j, fiscal.worker w
                    WHERE w.id = \(lost)
                    """) == ["true"])
            #expect(try await session.claim(rescuer) == [])
            try await queue.sql("UPDATE fiscal.job SET run_at = now()")
            #expect(
                try await session.run(
                    """
                    SELECT doubtful::text FROM fiscal.claim(\(rescuer), 1, '{}', '{}', '{}', '{}', '{}', '{}', '{local}',
                        '{-infinity}', '{0}', true) WHERE id IS NOT NULL
                    """) == ["true"])
        }
        if state == "dead" {
            #expect(try await queue.texts("SELECT reason_code FROM fiscal.job") == ["in_doubt"])
        }
        await session.connection.close()
    }

    @Test func whatALostRunSaysChangesNothingAndIsKept() async throws {
        try await queue.declare("test")
        try await queue.insertMany(1)
        let lost = try await queue.registerWorker([("test", "run", .resend)])
        let rescuer = try await queue.registerWorker()
        let session = try await SQLSession.open()
        let store = QueueStore(pool: queue.pool, worker: lost, lease: .endless, effects: [])
        let plan = ClaimPlan(room: 1, streams: [.local], dueQueues: [], dueFirst: false)
        let claimed = try #require(try await store.claim(plan).runs.first)
        try await endLease(lost)
        try await makeSteady(rescuer)
        #expect(try await rescue(rescuer) == ["1 in_doubt"])
        let report = try Report.test(
            claimed.run,
            Outcome(
                .finish(outcome: "ok"),
                exchange: ExchangeRecord(code: "200", evidence: #"{"id": "provider-1"}"#)))
        let answer = try await store.recordAndClaim([report], nil).record
        #expect(answer.recorded.isEmpty && answer.unmatched.count == 1)
        #expect(try await queue.state(JobID(1)) == "in_doubt")
        #expect(try await store.keepEvidence([report]).map(\.finding) == ["fenced"])
        // It settles the doubt: the next run gets what the lost one heard, and need not wait.
        #expect(
            try await queue.texts("SELECT outcome || ' ' || code FROM fiscal.attempt ORDER BY outcome") == [
                "fenced finish:200", "lost worker_lost",
            ])
        #expect(
            try await session.run(
                """
                SELECT evidence FROM fiscal.claim(\(rescuer), 1, '{}', '{}', '{}', '{}', '{}', '{}', '{local}',
                    '{-infinity}', '{0}', true) WHERE id IS NOT NULL
                """) == [#"{"id": "provider-1"}"#])
        await session.connection.close()
    }

    /// What it wrote may have gone over what the run wrote that took its place: that is written anew.
    @Test(arguments: [
        (true, Verdict.finish(outcome: "written"), true),
        (true, .dead(JobFailure(code: "no", message: "Refused.")), true),
        // Whoever wrote nothing has gone over nothing.
        (true, .handBack, false), (false, .finish(outcome: "written"), false),
    ])
    func aFencedWriterOfALevelHasItWrittenOnceMore(
        writesLevel: Bool, verdict: Verdict, isRepeated: Bool
    ) async throws {
        try await queue.declare("test")
        try await queue.insert(subject: "order:1")
        try await queue.sql("UPDATE fiscal.job SET queue = 'provider'")
        let lost = try await queue.registerWorker([("test", "run", .none)])
        let rescuer = try await queue.registerWorker()
        let store = QueueStore(pool: queue.pool, worker: lost, lease: .endless, effects: [])
        let other = QueueStore(pool: queue.pool, worker: rescuer, lease: .endless, effects: [])
        func plan() -> ClaimPlan {
            ClaimPlan(
                room: 1,
                streams: [
                    ClaimPlan.Visit(
                        key: StreamKey(queue: "provider", shop: "shop", priority: 0), limit: 1, floor: .bottom,
                        isFullLook: true)
                ], dueQueues: [], dueFirst: false)
        }
        let stale = try #require(try await store.claim(plan()).runs.first)
        try await endLease(lost)
        try await makeSteady(rescuer)
        _ = try await rescue(rescuer)
        let newer = try #require(try await other.claim(plan()).runs.first)
        let done = try Report.test(
            newer.run, Outcome(.finish(outcome: "written")), doubt: .none, writesLevel: writesLevel)
        #expect(try await other.recordAndClaim([done], nil).record.recorded.count == 1)
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job") == 0)

        let late = try Report.test(stale.run, Outcome(verdict), doubt: .none, writesLevel: writesLevel)
        #expect(try await store.keepEvidence([late]).map(\.finding) == ["fenced"])
        #expect(
            try await queue.texts("SELECT concat_ws(' ', shop, kind, lane, queue, step, state) FROM fiscal.job")
                == (isRepeated ? ["shop test order:1 provider run ready"] : []))
        // The newer run's own word, said twice, is no news.
        #expect(try await other.keepEvidence([done]).map(\.finding) == ["repeated"])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job") == (isRepeated ? 1 : 0))
    }

    @Test func anOutcomeReportedTwiceIsKnownAgain() async throws {
        try await queue.declare("test")
        try await queue.insertMany(2)
        let worker = try await queue.registerWorker()
        let store = QueueStore(pool: queue.pool, worker: worker, lease: .endless, effects: [])
        let runs = try await store.claim(ClaimPlan(room: 2, streams: [.local], dueQueues: [], dueFirst: false)).runs
        let reports = try [
            Report.test(runs[0].run, Outcome(.finish(outcome: "ok"))),
            Report.test(runs[1].run, Outcome(.snooze(for: .seconds(60), checkpoint: nil))),
        ]
        #expect(try await store.recordAndClaim(reports, nil).record.recorded.count == 2)
        let again = try await store.recordAndClaim(reports, nil).record
        #expect(again.unmatched.count == 2)
        #expect(try await store.keepEvidence(again.unmatched).map(\.finding) == ["repeated", "repeated"])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.attempt") == 1)
    }

    @Test func aHeartbeatRevivesALateLeaseButNotADeadWorker() async throws {
        let late = try await queue.registerWorker()
        let rescuer = try await queue.registerWorker()
        try await endLease(late)
        #expect(try await queue.texts("SELECT fiscal.heartbeat(\(late))::text") == ["true"])
        try await makeSteady(rescuer)
        #expect(try await queue.number("SELECT fiscal.bury_workers(\(rescuer))") == 0)
        try await endLease(late)
        #expect(try await queue.number("SELECT fiscal.bury_workers(\(rescuer))") == 1)
        #expect(try await queue.texts("SELECT fiscal.heartbeat(\(late))::text") == ["false"])
        #expect(
            try await queue.number(
                "SELECT count(*) FROM fiscal.claim(\(late), 1, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', true)"
            ) == 0)
    }

    @Test func anOutageOfTwoLeasesRescuesNobody() async throws {
        let workers = [try await queue.registerWorker(), try await queue.registerWorker()]
        for worker in workers {
            try await makeSteady(worker)
            try await queue.sql(
                "UPDATE fiscal.worker SET heartbeat_at = now() - 2 * lease, lease_until = now() - lease WHERE id = \(worker)"
            )
        }
        // The first one back beats and looks around.
        #expect(try await queue.texts("SELECT fiscal.heartbeat(\(workers[0]))::text") == ["true"])
        #expect(try await queue.number("SELECT fiscal.bury_workers(\(workers[0]))") == 0)
        #expect(try await queue.texts("SELECT fiscal.heartbeat(\(workers[1]))::text") == ["true"])
        try await makeSteady(workers[0])
        #expect(try await queue.number("SELECT fiscal.bury_workers(\(workers[0]))") == 0)
    }

    @Test func theTenthWorkerThatDiesWithAJobIsItsLast() async throws {
        try await queue.declare("test")
        try await queue.insertMany(1)
        let rescuer = try await queue.registerWorker()
        try await makeSteady(rescuer)
        let session = try await SQLSession.open()
        for round in 1...10 {
            let lost = try await queue.registerWorker()
            #expect(try await session.claim(lost) == [1])
            try await endLease(lost)
            #expect(try await rescue(rescuer) == [round < 10 ? "1 ready" : "1 dead"])
        }
        #expect(try await queue.texts("SELECT reason_code FROM fiscal.job") == ["crashes"])
        await session.connection.close()
    }

    @Test func rescueLeavesARunThatIsBeingFinishedAlone() async throws {
        try await queue.declare("test")
        try await queue.insertMany(1)
        let (lost, rescuer) = (try await queue.registerWorker(), try await queue.registerWorker())
        try await makeSteady(rescuer)
        let session = try await SQLSession.open()
        #expect(try await session.claim(lost) == [1])
        try await session.begin()
        #expect(try await session.finish(lost, [1]) == 1)
        try await endLease(lost)
        #expect(try await rescue(rescuer) == [])
        try await session.commit()
        #expect(try await rescue(rescuer) == [])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job") == 0)
        // Done with once no transaction is left, anywhere in the cluster, that began before the burial.
        try await eventually(within: .seconds(300)) {
            _ = try await rescue(rescuer)
            return try await queue.number("SELECT count(*) FROM fiscal.worker WHERE rescued_at IS NOT NULL") == 1
        }
        await session.connection.close()
    }

    @Test func aClaimUnderWayAtTheBurialIsRescuedToo() async throws {
        try await queue.declare("test")
        try await queue.insertMany(1)
        let (lost, rescuer) = (try await queue.registerWorker(), try await queue.registerWorker())
        try await makeSteady(rescuer)
        let session = try await SQLSession.open()
        try await session.begin()
        #expect(try await session.claim(lost) == [1])
        try await endLease(lost)
        #expect(try await rescue(rescuer) == [])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.worker WHERE rescued_at IS NOT NULL") == 0)
        try await session.commit()
        #expect(try await rescue(rescuer) == ["1 ready"])
        await session.connection.close()
    }

    @Test func jobsWhoseClaimWasNeverAnsweredGoBackWithoutDoubt() async throws {
        try await queue.declare("test")
        try await queue.insertMany(2)
        let worker = try await queue.registerWorker([("test", "run", .resend)])
        let session = try await SQLSession.open()
        #expect(try await session.claim(worker) == [1, 2])
        let store = QueueStore(pool: queue.pool, worker: worker, lease: .endless, effects: [])
        // Said late, it touches nothing that was claimed since; and another run of a known job is not known.
        let late = "fiscal.hand_back_unknown(\(worker), '{}', '{}', now() - interval '1 hour')"
        #expect(try await queue.texts("SELECT * FROM \(late)") == [])
        #expect(
            try await store.handBackUnknown(
                known: [RunID(job: JobID(1), number: 1), RunID(job: JobID(2), number: 0)]) == [JobID(2)])
        #expect(
            try await queue.texts("SELECT state || ' ' || run_no FROM fiscal.job ORDER BY id") == [
                "running 1", "ready 2",
            ])
        await session.connection.close()
    }
}
