import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Limits, breaker and fairness of destinations, shared by the fleet.
@Suite(.database, .timeLimit(.minutes(10))) struct DestinationTests {
    let queue = QueueHarness.current

    /// Puts jobs straight before the step `send` of a destination.
    private func prepare(_ count: Int, _ destination: String = "provider") async throws {
        try await queue.declare("test", step: "send")
        try await queue.insertMany(count)
        try await queue.sql("UPDATE fiscal.job SET queue = '\(destination)' WHERE queue = 'local'")
    }

    @Test func aTokenBucketIsDrawnByAllWorkersTogether() async throws {
        try await prepare(20)
        let worker = try await queue.registerWorker([("test", "send", .resend)])
        _ = try await queue.number("SELECT 1 FROM fiscal.limit_destination('provider', 0.001, 7, NULL, 5)")
        let (a, b) = (try await SQLSession.open(), try await SQLSession.open())
        #expect(try await a.claim(worker, 5, queue: "provider").count == 5)
        try await b.begin()
        #expect(try await b.claim(worker, 5, queue: "provider").count == 2)
        // While another claim is at the counters nothing is given, and nobody waits.
        #expect(try await a.claim(worker, 5, queue: "provider") == [])
        try await b.commit()
        #expect(try await a.claim(worker, 5, queue: "provider") == [])
        #expect(
            try await queue.number("SELECT (closed_ms > 900000)::int FROM fiscal.survey() WHERE queue = 'provider'")
                == 1)
        try await queue.sql("UPDATE fiscal.destination SET tokens_at = tokens_at - interval '3000 seconds'")
        #expect(try await a.claim(worker, 5, queue: "provider").count == 3)
        for session in [a, b] { await session.connection.close() }
    }

    /// What keeps a claim waiting: before it asks whether the queue is open; after it was told so, before it looks for
    /// candidates.
    private static let waits = [
        "SELECT id::text FROM fiscal.worker FOR UPDATE", "LOCK TABLE fiscal.worker_step IN ACCESS EXCLUSIVE MODE",
    ]

    @Test(arguments: waits) func aHoldCommittedWhileAClaimLooksIsHeeded(wait: String) async throws {
        try await prepare(3)
        let worker = try await queue.registerWorker([("test", "send", .resend)])
        let (holder, claimer) = (try await SQLSession.open(), try await SQLSession.open())
        try await holder.begin()
        _ = try await holder.connection.execute(Statement("wait", wait))
        let claiming = Task { try await claimer.claim(worker, 3, queue: "provider") }
        try await claimer.isBlocked()
        try await holder.run("SELECT fiscal.hold_destination('provider', 60000, '429', 'Slow down.')::text")
        try await holder.commit()
        #expect(try await claiming.value == [])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job WHERE state = 'ready'") == 3)
        for session in [holder, claimer] { await session.connection.close() }
    }

    @Test func aConcurrencyLimitCountsWhatRuns() async throws {
        try await prepare(10)
        let worker = try await queue.registerWorker([("test", "send", .resend)])
        _ = try await queue.number("SELECT 1 FROM fiscal.limit_destination('provider', NULL, NULL, 3, 5)")
        let session = try await SQLSession.open()
        let first = try await session.claim(worker, 10, queue: "provider")
        #expect(first.count == 3)
        #expect(try await session.claim(worker, 10, queue: "provider") == [])
        try await session.finish(worker, [first[0]])
        #expect(try await session.claim(worker, 10, queue: "provider").count == 1)
        await session.connection.close()
    }

    /// The places where a claim looks that wants all there is at `provider`: ready jobs of two shops, and due ones.
    private static let everywhere = ClaimPlan(
        room: 10,
        streams: ["shop", "other"].map { shop in
            ClaimPlan.Visit(
                key: StreamKey(queue: "provider", shop: shop, priority: 0), limit: 10, floor: .bottom, isFullLook: true)
        }, dueQueues: ["provider"], dueFirst: false)

    /// Nine jobs before `provider`: ready ones of two shops, and due ones.
    private func prepareEverywhere() async throws -> QueueStore {
        try await queue.insertMany(3, shop: "other")
        try await prepare(6)
        try await queue.sql("UPDATE fiscal.job SET state = 'later' WHERE id > 6")
        let worker = try await queue.registerWorker([("test", "send", .resend), ("test", "?", .none)])
        return QueueStore(pool: queue.pool, worker: worker, lease: .endless, effects: [])
    }

    @Test(arguments: [true, false]) func aConcurrencyLimitHoldsForAllThatOneClaimTakes(dueFirst: Bool) async throws {
        let store = try await prepareEverywhere()
        _ = try await queue.number("SELECT 1 FROM fiscal.limit_destination('provider', NULL, NULL, 4, 5)")
        var plan = Self.everywhere
        plan.dueFirst = dueFirst
        #expect(try await store.claim(plan).runs.count == 4)
        #expect(try await store.claim(plan).runs.isEmpty)
    }

    @Test func tokensAreCountedOverAllThatOneClaimTakes() async throws {
        let store = try await prepareEverywhere()
        _ = try await queue.number("SELECT 1 FROM fiscal.limit_destination('provider', 0.001, 4, NULL, 5)")
        #expect(try await store.claim(Self.everywhere).runs.count == 4)
        #expect(try await queue.number("SELECT floor(tokens)::int FROM fiscal.destination") == 0)
    }

    @Test func theRoomOfAQueueHoldsForReadyAndDueJobsTogether() async throws {
        let store = try await prepareEverywhere()
        var plan = Self.everywhere
        plan.queueRooms = ["provider": 4]
        #expect(try await store.claim(plan).runs.count == 4)
    }

    @Test func whatStepsAsideUsesUpNoTokenAndIsNoProbe() async throws {
        try await queue.insertMany(2, subject: "'order:1'")
        try await prepare(1)
        // The first of the lane is dead and holds it.
        try await queue.sql("UPDATE fiscal.job SET state = 'dead', holder = true, reason_code = 'x' WHERE id = 1")
        try await queue.sql(
            "INSERT INTO fiscal.destination (name, openings, broken_until) VALUES ('provider', 1, now())")
        _ = try await queue.number("SELECT 1 FROM fiscal.limit_destination('provider', 0.001, 5, NULL, 5)")
        try await queue.sql("UPDATE fiscal.job SET step = 'send'")
        let worker = try await queue.registerWorker([("test", "send", .resend)])
        let session = try await SQLSession.open()
        #expect(try await session.claim(worker, 5, queue: "provider") == [])
        #expect(try await queue.state(JobID(2)) == "waiting")
        #expect(
            try await queue.texts("SELECT concat_ws(' ', floor(tokens), probing_until) FROM fiscal.destination") == [
                "5"
            ])
        #expect(try await session.claim(worker, 5, queue: "provider") == [3])
        #expect(try await queue.number("SELECT floor(tokens)::int FROM fiscal.destination") == 4)
        #expect(try await session.claim(worker, 5, queue: "provider") == [])
        await session.connection.close()
    }

    @Test func aDestinationThatIsDownCostsNoAttemptsAndIsProbedByOneRun() async throws {
        try await prepare(12)
        let (runs, healed) = (Journal<Int>(), Journal<Bool>())
        let step = StepDefinition.test("send", doubt: .resend) { run in
            runs.add(run.attempt)
            guard !healed.entries.isEmpty else {
                return Outcome(.later(JobFailure(code: "refused", message: "No connection.", blamesDestination: true)))
            }
            return Outcome(.finish(outcome: "ok"))
        }
        var configuration = QueueHarness.configuration()
        configuration.concurrency = 3
        configuration.concurrencyPerQueue = 3
        let worker = try queue.worker(
            [step], configuration: configuration,
            destinations: [DestinationLimits(name: "provider", failuresToBreak: 3)])
        let running = Task { await worker.run() }
        try await eventually {
            try await queue.texts("SELECT key FROM fiscal.alarm WHERE cleared_at IS NULL") == [
                "destination_down:provider"
            ]
        }
        #expect(try await queue.number("SELECT sum(attempt)::int FROM fiscal.job") == 0)
        // Half open: one run goes first; its success lets the others go.
        healed.add(true)
        // Runs that were under way when it broke may fail only now: they say nothing new.
        try await queue.sql("UPDATE fiscal.destination SET broken_until = now(), probing_until = NULL")
        try await queue.drained()
        #expect(Set(runs.entries) == [0])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.alarm WHERE cleared_at IS NULL") == 0)
        worker.stop()
        await running.value
    }

    @Test func nothingIsClaimedFromWhatIsClosedWhoeverAsks() async throws {
        try await prepare(3)
        let worker = try await queue.registerWorker([("test", "send", .resend)])
        let session = try await SQLSession.open()
        let administration = JobAdministration(queue.pool)
        let person = Operator(who: "anna", why: "maintenance")
        try await administration.pause(destination: "provider", by: person)
        #expect(try await session.claim(worker, queue: "provider") == [])
        #expect(try await administration.resume(destination: "provider", by: person))
        try await administration.pause(queue: "provider", by: person)
        #expect(try await session.claim(worker, queue: "provider") == [])
        #expect(try await administration.resume(queue: "provider", by: person))
        #expect(try await administration.resume(queue: "provider", by: person) == false)
        try await administration.pause(destination: "provider", for: .seconds(-1), by: person)
        #expect(try await session.claim(worker, 1, queue: "provider").count == 1)
        // What comes due is closed with the rest.
        try await queue.sql("UPDATE fiscal.job SET state = 'later' WHERE state = 'ready'")
        try await administration.pause(queue: "provider", by: person)
        #expect(try await session.claim(worker, queue: "provider") == [])
        #expect(
            try await queue.texts("SELECT action FROM fiscal.operator_action ORDER BY id") == [
                "pause_destination", "resume_destination", "pause_queue", "resume_queue", "pause_destination",
                "pause_queue",
            ])
        await session.connection.close()
    }

    @Test func aPauseByHandOpensNothingThatRefusesOurCredentials() async throws {
        let administration = JobAdministration(queue.pool)
        let person = Operator(who: "me", why: "the account is being moved")
        func until() async throws -> [String] {
            try await queue.texts("SELECT pause_code || ' ' || paused_until::text FROM fiscal.destination")
        }
        try await queue.sql("SELECT fiscal.hold_destination('provider', NULL, 'unauthorised', 'the key is refused')")
        try await administration.pause(destination: "provider", for: .seconds(60), by: person)
        #expect(try await until() == ["unauthorised infinity"])
        // Nor when a pause by hand has come between, while the alarm stands.
        try await queue.sql("SELECT fiscal.raise_alarm('unauthorised:provider', 'critical', 'the key is refused')")
        try await administration.pause(destination: "provider", by: person)
        try await administration.pause(destination: "provider", for: .seconds(60), by: person)
        #expect(try await until() == ["operator infinity"])
        // A pause by hand is another's to shorten.
        #expect(try await administration.resume(destination: "provider", by: person))
        try await administration.pause(destination: "provider", by: person)
        try await administration.pause(destination: "provider", for: .seconds(60), by: person)
        #expect(try await until().first?.hasSuffix("infinity") == false)
    }

    @Test func aListSaysWhatIsBrokenAndWhatIsLimited() async throws {
        try await queue.sql("SELECT fiscal.limit_destination('provider', 2.5, 5, 3, 1)")
        try await queue.sql(
            "UPDATE fiscal.destination SET broken_until = now() + interval '1 minute', failures = 1, openings = 1")
        let listed = try await JobAdministration(queue.pool).queues().filter { $0.name == "provider" }
        #expect(listed.map(\.rate) == [2.5] && listed.map(\.concurrency) == [3])
        #expect(listed.first?.brokenUntil != nil && listed.first?.destinationPausedUntil == nil)
    }

    @Test func aPausedBacklogCostsTheOthersNothing() async throws {
        try await prepare(1000)
        try await JobAdministration(queue.pool).pause(
            destination: "provider", by: Operator(who: "anna", why: "maintenance"))
        let done = Journal<JobID>()
        let step = StepDefinition.test("send") { run in
            done.add(run.job)
            return Outcome(.finish(outcome: "ok"))
        }
        try await queue.withWorker([step]) { _ in
            let job = try await queue.insert()
            try await eventually { done.entries == [job] }
        }
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job") == 1000)
    }

    @Test func aBatchHandlerGetsJobsOfOneDestinationAndAnswersForEach() async throws {
        try await prepare(20, "portal-a")
        try await queue.insertMany(10)
        try await queue.sql("UPDATE fiscal.job SET queue = 'portal-b' WHERE queue = 'local'")
        let batches = Journal<[JobRun]>()
        let step = StepDefinition(
            key: StepKey(kind: "test", step: "send"), doubt: .none, timeout: .seconds(10), batchSize: 8
        ) { runs in
            batches.add(runs)
            return runs.map { run in
                run.job.rawValue % 10 == 0 && run.attempt == 0
                    ? Outcome(.later(JobFailure(code: "no", message: "Not this one."), after: .zero))
                    : Outcome(.finish(outcome: "ok"))
            }
        }
        try await queue.withWorker([step]) { _ in try await queue.drained() }
        #expect(batches.entries.allSatisfy { $0.count <= 8 && Set($0.map(\.queue)).count == 1 })
        #expect(batches.entries.contains { $0.count == 8 })
        #expect(batches.entries.joined().count == 33)
    }
}
