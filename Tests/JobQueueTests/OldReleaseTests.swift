import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Whatever the release of migration 0010 asks of the schema it gets of this one, with the rights that it has.
@Suite(.database, .timeLimit(.minutes(10))) struct OldReleaseTests {
    let queue = QueueHarness.current

    /// Lends a session of a worker of that release, registered, with `jobs` before its step `send` of destination
    /// `provider`, or before `tell` in `local`.
    private func with(
        _ jobs: Int, at step: String = "send", _ body: (OldRelease, Int64) async throws -> Void
    ) async throws {
        try await queue.declare("test", step: step)
        try await queue.insertMany(jobs)
        if step == "send" { try await queue.sql("UPDATE fiscal.job SET queue = 'provider'") }
        let old = try await OldRelease.connect()
        let worker = try await old.register()
        try await body(old, worker)
        await old.close()
    }

    private func bury(_ worker: Int64) async throws {
        try await queue.sql("UPDATE fiscal.worker SET lease_until = now() - interval '1 s' WHERE id = \(worker)")
    }

    @Test func itRegistersBeatsSleepsAndLeaves() async throws {
        try await with(0) { (old, worker) async throws in
            #expect(
                try await queue.texts(
                    "SELECT concat_ws(' ', step, doubt, timeout, stretch) FROM fiscal.worker_step ORDER BY step")
                    == ["send resend 00:00:05 1", "tell none 00:00:05 1"])
            #expect(try await old.say("SELECT fiscal.heartbeat($1)", .int(worker)) == ["(t)"])
            try await old.say("SELECT fiscal.want_wake($1)", .int(30_000))
            #expect(try await queue.number("SELECT count(*) FROM fiscal.wake WHERE wanted_until > now()") == 1)
            #expect(
                try await old.say("SELECT queue, shop, priority, wait_ms, closed_ms FROM fiscal.survey()") == [])
            try await old.say("SELECT fiscal.stop_worker($1)", .int(worker))
            #expect(try await old.say("SELECT fiscal.heartbeat($1)", .int(worker)) == ["(f)"])
            #expect(try await queue.number("SELECT count(*) FROM fiscal.worker WHERE rescued_at IS NOT NULL") == 1)
        }
    }

    @Test func itFindsClaimsEndsAndSpawns() async throws {
        try await with(3, at: "tell") { (old, worker) async throws in
            #expect(
                try await old.say("SELECT queue, shop, priority, wait_ms, closed_ms FROM fiscal.survey()")
                    == ["(local,shop,0,0,0)"])
            let claimed = try await old.claim(worker, 3)
            #expect(claimed.map(\.job).sorted() == [1, 2, 3] && claimed.allSatisfy { $0.run == 1 })
            #expect(try await old.finish(worker, 1, 1) == ["({1})"])
            #expect(try await old.move(worker, 2, 1, "later", to: "later") == ["({2})"])
            #expect(try await old.move(worker, 3, 1, "next", to: "ready", step: "send", queue: "provider") == ["({3})"])
            #expect(
                try await old.say(
                    "SELECT fiscal.spawn($1, $2, $3, $4, $5, $6, $7::int[], $8, $9, $10)", .ints([1]), .texts(["shop"]),
                    .texts(["test"]), .texts([""]), .texts(["local"]), .texts(["tell"]), .ints([0]), .texts([nil]),
                    .ints([0]), .bools([true])) == ["(1)"])
            #expect(
                try await queue.texts(
                    "SELECT concat_ws(' ', id, state, step, queue, attempt) FROM fiscal.job ORDER BY id")
                    == ["2 later tell local 1", "3 ready send provider 0", "4 ready tell local 0"])
            #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 1)
            // What it has said already it may say again.
            #expect(try await old.finish(worker, 1, 1) == ["({})"])
            #expect(try await old.keepEvidence(worker, 1, 1, nil) == ["(1,1,repeated)"])
        }
    }

    @Test func itHandsBackWhatItNeverHeardOf() async throws {
        try await with(2) { (old, worker) async throws in
            #expect(try await old.claim(worker, 2, queue: "provider").count == 2)
            #expect(
                try await old.say(
                    "SELECT * FROM fiscal.hand_back_unknown($1, $2, $3)", .int(worker), .ints([1]), .int(0)) == ["(2)"])
            #expect(
                try await queue.texts("SELECT state || ' ' || run_no FROM fiscal.job ORDER BY id")
                    == ["running 1", "ready 2"])
        }
    }

    @Test func itRescuesAndIsFenced() async throws {
        try await with(1) { (old, lost) async throws in
            #expect(try await old.claim(lost, 1, queue: "provider").count == 1)
            let rescuer = try await old.register()
            try await queue.sql("UPDATE fiscal.worker SET steady_since = now() - 2 * lease WHERE id = \(rescuer)")
            try await bury(lost)
            #expect(try await old.say("SELECT fiscal.bury_workers($1)", .int(rescuer)) == ["(1)"])
            #expect(
                try await old.say(
                    "SELECT job, run, lost_by, became FROM fiscal.rescue($1, $2::int)", .int(rescuer), .int(100))
                    == ["(1,1,\(lost),in_doubt)"])
            #expect(try await old.finish(lost, 1, 1) == ["({})"])
            #expect(try await old.keepEvidence(lost, 1, 1, #"{"provider_id": "7"}"#) == ["(1,1,fenced)"])
            #expect(try await queue.number("SELECT count(*) FROM fiscal.job WHERE evidence IS NOT NULL") == 1)
        }
    }

    @Test func itKeepsDestinationsWithinTheirLimits() async throws {
        try await with(1) { (old, _) async throws in
            func report(_ good: Int64, _ bad: Int64) async throws -> [String] {
                try await old.say(
                    "SELECT name, broken FROM fiscal.report_destinations($1, $2::int[], $3::int[])",
                    .texts(["provider"]), .ints([good]), .ints([bad]))
            }
            try await old.say(
                "SELECT fiscal.limit_destination($1, $2, $3::int, $4::int, $5::int)", .text("provider"), .double(2),
                .int(3), .int(4), .int(2))
            #expect(try await report(0, 1) == [])
            #expect(try await report(0, 1) == ["(provider,t)"])
            #expect(try await queue.number("SELECT count(*) FROM fiscal.destination WHERE broken_until > now()") == 1)
            #expect(try await report(1, 0) == ["(provider,f)"])
            try await old.say(
                "SELECT fiscal.hold_destination($1, $2, $3, $4)", .text("provider"), .int(60_000), .text("429"),
                .text("Slow down."))
            #expect(
                try await queue.texts(
                    "SELECT concat_ws(' ', rate, burst, concurrency, pause_code) FROM fiscal.destination")
                    == ["2 3 4 429"])
        }
    }

    @Test func itFiresSchedulesLooksAfterTheTablesAndAlarms() async throws {
        try await with(0) { (old, _) async throws in
            try await old.say(
                "SELECT fiscal.declare_schedule($1, $2, $3, $4, $5, $6, $7, $8)", .text("nightly"), .text("shop"),
                .text("test"), .text(""), .text("local"), .text("tell"), .int(60_000), .bool(false))
            try await queue.sql("UPDATE fiscal.schedule SET next_at = now()")
            #expect(try await old.say("SELECT fiscal.fire_schedules()") == ["(1)"])
            #expect(try await old.say("SELECT fiscal.look_after($1, $2)", .int(86_400_000), .int(0)) == ["(t)"])
            let alarm: [Parameter] = [.text("unauthorised:provider"), .text("critical"), .text("refused")]
            #expect(
                try await old.say("SELECT fiscal.raise_alarm($1, $2, $3)", alarm[0], alarm[1], alarm[2]) == ["(t)"])
            #expect(
                try await old.say(
                    "SELECT fiscal.clear_alarm(a.key) FROM unnest($1::text[]) AS a (key) ORDER BY a.key",
                    .texts(["unauthorised:provider"])) == ["(t)"])
        }
    }

    @Test func itIsToldOfWhatComesFromOutside() async throws {
        try await with(1, at: "tell") { (old, worker) async throws in
            #expect(try await old.claim(worker, 1).count == 1)
            #expect(try await old.say("SELECT fiscal.wake_job($1)", .int(1)) == ["(t)"])
            #expect(try await queue.number("SELECT count(*) FROM fiscal.job WHERE woken") == 1)
        }
    }

    /// The acts of its people: each on a job that is dead, in the words of its command line.
    @Test func itsPeopleActAsBefore() async throws {
        try await with(5) { (old, worker) async throws in
            for (job, run) in try await old.claim(worker, 5, queue: "provider") {
                #expect(try await old.move(worker, job, run, "dead", to: "dead") == ["({\(job)})"])
            }
            let person = try await OldRelease.connect(as: "fiscal_admin")
            let (who, why) = (Parameter.text("anna"), Parameter.text("mended"))
            #expect(
                try await person.say(
                    "SELECT fiscal.replay_job($1, $2, $3, $4, $5, $6, $7, $8)", .int(1), who, why, .text(nil),
                    .text(nil), .bool(false), .text(nil), .json(nil)) == ["(replayed)"])
            #expect(
                try await person.say(
                    """
                    SELECT fiscal.replay_job($1, who => $2, why => $3, step => $4, queue => $5, next_edition => $6, ordered_as => $7)
                    """, .int(2), who, why, .text("tell"), .text("local"), .bool(true), .text("correction"))
                    == ["(replayed)"])
            #expect(
                try await person.say("SELECT fiscal.cancel_receipt_job($1, $2, $3)", .int(3), who, why)
                    == ["(cancelled)"])
            #expect(
                try await person.say("SELECT fiscal.release_job($1, $2, $3)", .int(4), who, why) == ["(not_holding)"])
            #expect(
                try await person.say(
                    "SELECT fiscal.resolve_job($1, $2, $3, $4, $5, $6, $7)", .int(5), who, why,
                    .json(#"{"accepted": "7"}"#), .text("await"), .text("provider"), .json(nil)) == ["(resolved)"])
            #expect(try await person.say("SELECT fiscal.cancel_job($1, $2, $3)", .int(4), who, why) == ["(cancelled)"])
            #expect(try await person.say("SELECT fiscal.abandon_receipts($1)", .int(1)) == ["(0)"])
            try await person.say("SELECT fiscal.pause_queue($1, $2, $3)", .text("provider"), who, why)
            #expect(
                try await person.say("SELECT fiscal.resume_queue($1, $2, $3)", .text("provider"), who, why) == ["(t)"])
            try await person.say(
                "SELECT fiscal.pause_destination($1, coalesce(now() + $2 * interval '1 millisecond', 'infinity'), $3, $4)",
                .text("provider"), .double(nil), who, why)
            #expect(
                try await person.say("SELECT fiscal.resume_destination($1, $2, $3)", .text("provider"), who, why)
                    == ["(t)"])
            await person.close()
            #expect(
                try await queue.texts("SELECT concat_ws(' ', id, state, step, edition) FROM fiscal.job ORDER BY id")
                    == ["1 ready send 1", "2 ready tell 2", "5 ready await 1"])
        }
    }
}
