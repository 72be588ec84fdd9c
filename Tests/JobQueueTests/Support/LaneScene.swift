import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// One lane of a shop of its own, for one interleaving: three jobs in some position, and the workers around it.
struct LaneScene: Sendable {
    /// How the lane stands when the sessions begin.
    enum Position: String, Sendable, CaseIterable {
        /// Three jobs, nobody at work.
        case idle
        /// The first runs, the others are ready and have not been looked at.
        case running
        /// The first is dead and holds the second; the third has just come.
        case held
        /// The first is dead and was let pass, the second runs, the third has just come.
        case released
        /// Three jobs, and one that a run has spawned, alone of its kind, and that nobody has begun.
        case pending
        /// The first runs as the head of a stretch, and the others have been handed out as its followers.
        case stretched
    }

    let queue: QueueHarness
    let shop: String
    /// The first three jobs.
    let jobs: [Int]
    /// Runs the job of ``runner``, if one runs.
    let owner: WorkerID
    let rivals: [WorkerID]
    let rescuer: WorkerID
    let position: Position

    /// Sets the lane up; with `isLate` the owner's lease has run out.
    static func make(
        _ queue: QueueHarness, _ position: Position, number: Int, rivals: [WorkerID], rescuer: WorkerID,
        isLate: Bool = false
    ) async throws -> LaneScene {
        let shop = "shop-\(number)"
        let made = try await queue.texts(
            "SELECT unnest(set_scene('\(shop)', '\(position.rawValue)', \(isLate)))::text")
        let numbers = made.compactMap { Int64($0) }
        return LaneScene(
            queue: queue, shop: shop, jobs: numbers.dropFirst().map { Int($0) }, owner: WorkerID(numbers[0]),
            rivals: rivals, rescuer: rescuer, position: position)
    }

    /// The job that runs, or ran.
    var runner: Int { position == .released ? jobs[1] : jobs[0] }

    // MARK: What sessions do

    func moving(to state: String, by verdict: String? = nil, after delay: Int = 0) -> String {
        """
        SELECT fiscal.move(\(owner), '{\(runner)}', '{1}', '{\(verdict ?? state)}', '{\(state)}', '{\(delay)}', '{t}', '{null}', '{null}',
            '{null}', '{null}', '{null}', '{code}', '{reason}', '{null}', '{null}', '{null}', '{null}', '{null}', '{t}')::text
        """
    }
    var finishing: String {
        """
        INSERT INTO told (job, run, counted)
        SELECT \(runner), 1, cardinality(fiscal.finish_runs(
            \(owner), '{\(runner)}', '{1}', '{null}', '{null}', '{ok}', '{t}', '{null}', '{null}', '{null}', '{null}',
            '{null}', '{}', '{}', '{}', '{}', '{}')) > 0
        """
    }

    /// Ends of the head and of followers in one report; `taking` if the second job has run and is to be tried later.
    private func finishing(_ count: Int, taking: Bool = false) -> String {
        func all(_ values: (Int) -> String) -> String { "'{\((0..<count).map(values).joined(separator: ","))}'" }
        let nulls = all { _ in "null" }
        let moment = "2026-01-01"
        let taken =
            taking
            ? "'{\(jobs[1])}', '{1}', '{\(jobs[0])}', '{\(moment)}', '{\(jobs[1])}'" : "'{}', '{}', '{}', '{}', '{}'"
        return """
            INSERT INTO told (job, run, counted)
            SELECT j.id, 1, j.id = ANY (f.done) FROM (SELECT fiscal.finish_runs(
                \(owner), \(all { "\(jobs[$0])" }), \(all { _ in "1" }), \(all { $0 == 0 ? "null" : "\(jobs[0])" }),
                \(all { $0 == 0 ? "null" : moment }), \(all { _ in "ok" }), \(all { _ in "t" }), \(nulls), \(nulls), \(nulls),
                \(nulls), \(nulls), \(taken)) AS done) f, unnest(\(all { "\(jobs[$0])" })::bigint[]) AS j (id)
            """
    }
    /// The whole stretch is done.
    var finishStretch: SessionScript { SessionScript(name: "finish stretch", statements: [finishing(3)]) }
    /// The head is done, the second job is not.
    var finishAndTake: SessionScript {
        SessionScript(
            name: "finish and take",
            statements: [
                finishing(1, taking: true),
                moving(to: "later").replacing("'{\(jobs[0])}'", with: "'{\(jobs[1])}'"),
            ])
    }
    func claimStretch(_ rival: Int = 0) -> SessionScript {
        SessionScript(
            name: "claim of a stretch \(rival)",
            statements: [
                """
                SELECT id::text FROM fiscal.claim_runs(\(rivals[rival]), 5, '{local}', '{\(shop)}', '{0}', '{-infinity}',
                    '{0}', '{5}', '{local}', '{-infinity}', '{0}', true, '{}', '{}', '{}', '{test/run}', '{3}', 9)
                """
            ])
    }

    func claim(_ rival: Int = 0) -> SessionScript {
        SessionScript(name: "claim \(rival)", statements: [SQLSession.claimText(rivals[rival], 5, shop: shop)])
    }
    var finish: SessionScript { SessionScript(name: "finish", statements: [finishing]) }
    var finishAndClaim: SessionScript {
        SessionScript(name: "finish and claim", statements: [finishing, SQLSession.claimText(owner, 5, shop: shop)])
    }
    var die: SessionScript { SessionScript(name: "die", statements: [moving(to: "dead")]) }
    var later: SessionScript { SessionScript(name: "later", statements: [moving(to: "later")]) }
    var enqueue: SessionScript {
        SessionScript(
            name: "enqueue",
            statements: [
                """
                INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
                VALUES ('\(shop)', 'test', gen_random_uuid()::text, 'order:1', '{}')
                """
            ])
    }
    /// A producer whose event is older than all others and is committed only now.
    var lateElder: SessionScript {
        SessionScript(
            name: "late elder",
            statements: [
                """
                INSERT INTO fiscal.job (id, run_at, step_since, state, shop, kind, lane, queue, step)
                SELECT -id, now(), now(), 'ready', shop, kind, lane, queue, step FROM fiscal.job WHERE id = \(jobs[0])
                """
            ])
    }
    /// The owner's lease has run out; somebody calls it dead and takes its job, in one transaction.
    var rescue: SessionScript {
        SessionScript(
            name: "rescue",
            statements: [
                "SELECT fiscal.bury_workers(\(rescuer))::text",
                "SELECT job::text FROM fiscal.rescue(\(rescuer), 10)",
            ])
    }
    func cancel(_ index: Int) -> SessionScript {
        SessionScript(name: "cancel \(index)", statements: ["SELECT fiscal.cancel_job(\(jobs[index]), 'anna', 'why')"])
    }
    var release: SessionScript {
        SessionScript(name: "release", statements: ["SELECT fiscal.release_job(\(jobs[0]), 'anna', 'why')"])
    }
    var replay: SessionScript {
        SessionScript(name: "replay", statements: ["SELECT fiscal.replay_job(\(jobs[0]), 'anna', 'why')"])
    }
}
