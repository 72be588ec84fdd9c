import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Plays every order of some sessions on a lane and tells what went wrong in which.
struct LaneExplorer: Sendable {
    let queue: QueueHarness
    private let rivals: [WorkerID]
    private let rescuer: WorkerID

    init(_ queue: QueueHarness) async throws {
        self.queue = queue
        try await queue.declare("test")
        rivals = [try await queue.registerWorker(), try await queue.registerWorker()]
        rescuer = try await queue.registerWorker()
        for function in LaneScene.functions { try await queue.sql(function) }
        try await queue.sql("UPDATE fiscal.worker SET steady_since = now() - 2 * lease WHERE id = \(rescuer)")
    }

    /// All orders of the steps of `sessions` from one position, or those that `choose` makes of the numbers of their
    /// steps: how many there were, and a story for each in which something went wrong.
    func explore(
        _ position: LaneScene.Position, orders choose: ([Int]) -> [[Int]] = Interleaving.all,
        _ sessions: (LaneScene) -> [SessionScript]
    ) async throws -> (orders: Int, stories: [String]) {
        let first = try await LaneScene.make(queue, position, number: 0, rivals: rivals, rescuer: rescuer)
        let names = sessions(first)
        _ = try await first.conclude()
        let orders = choose(names.map(\.steps))
        let isLate = names.contains { $0.name == "rescue" }
        let stepper = try await Stepper.open(names.count)
        var stories: [String] = []
        for (index, order) in orders.enumerated() {
            let scene = try await LaneScene.make(
                queue, position, number: index + 1, rivals: rivals, rescuer: rescuer, isLate: isLate)
            var found = try await stepper.play(sessions(scene), order: order) { try await scene.exclusion() }
            found += try await scene.conclude()
            if !found.isEmpty {
                let story = order.map { names[$0].name }.joined(separator: " → ")
                stories.append("\(position.rawValue): \(story): \(Set(found).sorted().joined(separator: "; "))")
            }
        }
        await stepper.close()
        return (orders.count, stories)
    }

    /// Forgets everything: shops are numbered anew for each exploration.
    func clear() async throws {
        try await queue.sql(
            """
            TRUNCATE fiscal.outbox, fiscal.job, fiscal.event_end, fiscal.attempt, fiscal.conflict,
                fiscal.operator_action, told, heard, called, wrote, looked, claimed CASCADE
            """)
    }
}
