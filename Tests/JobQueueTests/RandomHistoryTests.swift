import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Random histories of everything that can happen to a lane, each act checked against ``LaneModel``.
@Suite(.database, .timeLimit(.minutes(3))) struct RandomHistoryTests {
    let queue = QueueHarness.current

    private static let acts = [
        "enqueue", "enqueue", "enqueue", "claim", "claim", "finish", "finish", "finish", "later", "dead", "replay",
        "release",
        "cancel", "lose",
    ]

    @Test(arguments: 1...12) func theDatabaseFollowsTheModel(seed: Int) async throws {
        try await queue.declare("test")
        var generator = SeededGenerator(seed: UInt64(seed))
        var model = LaneModel()
        let session = try await SQLSession.open()
        var workers = [try await queue.registerWorker(), try await queue.registerWorker()]
        let rescuer = try await queue.registerWorker()
        try await queue.sql("UPDATE fiscal.worker SET steady_since = now() - 2 * lease WHERE id = \(rescuer)")
        var history: [String] = []
        for _ in 0..<120 {
            let act = Self.acts.randomElement(using: &generator) ?? ""
            func pick(_ condition: (LaneModel.Job) -> Bool) -> Int? {
                model.ids(condition).randomElement(using: &generator)
            }
            switch act {
            case "enqueue":
                let lane = ["", "order:1", "order:2", "order:3"].randomElement(using: &generator) ?? ""
                let id = try await queue.insert(subject: lane)
                model.enqueue(Int(id.rawValue), lane)
                history.append("enqueue \(id) \(lane)")
            case "claim":
                let index = Int.random(in: 0...1, using: &generator)
                let claimed = try await session.claim(workers[index], 1000)
                history.append("claim \(claimed)")
                #expect(claimed == model.claim(by: index), "\(history)")
            case "finish":
                guard let id = pick({ $0.state == "running" }), let index = model.jobs[id]?.worker else { continue }
                #expect(try await session.finish(workers[index], [id]) == 1)
                model.finish(id)
                history.append("finish \(id)")
            case "later", "dead":
                guard let id = pick({ $0.state == "running" }), let index = model.jobs[id]?.worker else { continue }
                try await session.run(
                    """
                    SELECT fiscal.move(\(workers[index]), ARRAY[id], ARRAY[run_no], '{\(act)}', '{\(act)}', '{0}', '{t}',
                        '{null}', '{null}', '{null}', '{null}', '{null}', '{code}', '{reason}', '{null}', '{null}', '{null}',
                        '{null}', '{null}', '{t}')::text FROM fiscal.job WHERE id = \(id)
                    """)
                model.move(id, to: act)
                history.append("\(act) \(id)")
            case "replay":
                guard let id = pick({ $0.state == "dead" }) else { continue }
                try await session.run("SELECT fiscal.replay_job(\(id), 'anna', 'why')")
                model.move(id, to: "ready")
                history.append("replay \(id)")
            case "release":
                guard let id = pick({ $0.state == "dead" && $0.holds }) else { continue }
                try await session.run("SELECT fiscal.release_job(\(id), 'anna', 'why')")
                model.release(id)
                history.append("release \(id)")
            case "cancel":
                guard let id = pick({ $0.state != "running" }) else { continue }
                try await session.run("SELECT fiscal.cancel_job(\(id), 'anna', 'why')")
                model.finish(id)
                history.append("cancel \(id)")
            default:
                let index = Int.random(in: 0...1, using: &generator)
                try await queue.sql(
                    "UPDATE fiscal.worker SET lease_until = now() - interval '1 second' WHERE id = \(workers[index])")
                try await session.run("SELECT fiscal.bury_workers(\(rescuer))::text")
                try await session.run("SELECT became FROM fiscal.rescue(\(rescuer), 1000)")
                workers[index] = try await queue.registerWorker()
                model.lose(index)
                history.append("lose \(index)")
            }
            let picture = try await queue.texts(
                "SELECT id || ' ' || state || CASE WHEN holder THEN ' turn' ELSE '' END FROM fiscal.job ORDER BY id")
            #expect(picture == model.picture, "\(history)")
            guard picture == model.picture else { break }
        }
        // And whatever is left can be brought to an end.
        for id in model.ids({ $0.state == "dead" }) {
            try await session.run("SELECT fiscal.replay_job(\(id), 'anna', 'why')")
        }
        for (index, worker) in workers.enumerated() {
            let running = model.ids { $0.worker == index }
            if !running.isEmpty { try await session.finish(worker, running) }
        }
        while case let claimed = try await session.claim(workers[0], 1000), !claimed.isEmpty {
            try await session.finish(workers[0], claimed)
        }
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job") == 0, "\(history)")
        await session.connection.close()
    }
}
