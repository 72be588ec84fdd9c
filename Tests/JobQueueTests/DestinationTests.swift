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

    @Test func aHoldCommittedWhileAClaimLooksIsHeeded() async throws {
        try await prepare(3)
        let worker = try await queue.registerWorker([("test", "send", .resend)])
        let (holder, claimer) = (try await SQLSession.open(), try await SQLSession.open())
        // The first look at the queue is answered before, and the claim's candidates are looked for after the hold began.
        try await holder.begin()
        try await holder.run("SELECT id::text FROM fiscal.worker WHERE id = \(worker) FOR UPDATE")
        let claiming = Task { try await claimer.claim(worker, 3, queue: "provider") }
        try await claimer.isBlocked()
        try await holder.run("SELECT fiscal.hold_destination('provider', 60000, '429', 'Slow down.')::text")
        try await holder.commit()
        #expect(try await claiming.value == [])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job WHERE state = 'ready'") == 3)
        // And one that is committed when they are found already.
        try await queue.sql("UPDATE fiscal.destination SET paused_until = NULL")
        #expect(try await queue.number("SELECT fiscal.take_allowance('provider', 3, now())") == 3)
        try await queue.sql("SELECT fiscal.hold_destination('provider', 60000, '429', 'Slow down.')")
        #expect(try await queue.number("SELECT fiscal.take_allowance('provider', 3, now())") == 0)
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
        try await queue.sql("UPDATE fiscal.destination SET broken_until = now()")
        try await queue.drained()
        #expect(Set(runs.entries) == [0])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.alarm WHERE cleared_at IS NULL") == 0)
        worker.stop()
        await running.value
    }

    @Test func oneRunProbesAHalfOpenBreaker() async throws {
        try await prepare(5)
        let worker = try await queue.registerWorker([("test", "send", .resend)])
        try await queue.sql(
            "INSERT INTO fiscal.destination (name, failures, openings, broken_until) VALUES ('provider', 5, 1, now())")
        let session = try await SQLSession.open()
        #expect(try await session.claim(worker, 5, queue: "provider").count == 1)
        #expect(try await session.claim(worker, 5, queue: "provider") == [])
        // Its failure closes it again for longer.
        #expect(
            try await queue.number("SELECT count(*) FROM fiscal.report_destinations('{provider}', '{0}', '{1}')") == 0)
        #expect(
            try await queue.number("SELECT (broken_until - now() > interval '9 seconds')::int FROM fiscal.destination")
                == 1)
        await session.connection.close()
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
