import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Acts of people against ends of runs on one lane, met inside their statements: a third session holds one of the
/// lane's rows until both wait for it or for each other. Whoever begins first, both come through.
@Suite(.database, .timeLimit(.minutes(10))) struct ActLockTests {
    let queue = QueueHarness.current

    typealias Script = @Sendable (LaneScene) -> SessionScript

    private static let ends: [Script] = [{ $0.finishAndClaim }, { $0.die }]

    private static let acts: [LaneScene.Position: [Script]] = [
        .running: [{ $0.cancel(0) }, { $0.cancel(1) }, { $0.cancel(2) }, { $0.release }, { $0.replay }, { $0.wake }],
        .released: [{ $0.cancel(0) }, { $0.cancel(2) }, { $0.release }, { $0.replay }, { $0.resolve }],
    ]

    /// The holder begins and lets go when the two others have begun, in either order;
    /// whoever began last commits first.
    private static func meetings(_ steps: [Int]) -> [[Int]] {
        [(1, 2), (2, 1)].map { first, second in
            [0] + Array(repeating: first, count: steps[first] - 1)
                + Array(repeating: second, count: steps[second] - 1) + [0, second, first]
        }
    }

    @Test(arguments: [LaneScene.Position.running, .released])
    func nobodyIsEndedForADeadlock(position: LaneScene.Position) async throws {
        let explorer = try await LaneExplorer(queue)
        for act in try #require(Self.acts[position]) {
            for end in Self.ends {
                for row in 0..<3 {
                    let (_, stories) = try await explorer.explore(position, orders: Self.meetings) {
                        [$0.hold(row), end($0), act($0)]
                    }
                    #expect(stories.isEmpty, "\(stories.first ?? "")")
                    try await explorer.clear()
                }
            }
        }
    }

    /// An act that took the row that it changes before it has made sure of the lane's turn would meet the end of the
    /// run that has it.
    @Test func anActThatLocksItsOwnRowFirstIsFound() async throws {
        let name = TestDatabase.current.name
        try await queue.sql("ALTER DATABASE \(name) SET deadlock_timeout = '20ms'")
        let bodies = try await queue.texts("SELECT pg_get_functiondef('fiscal.lock_job'::regproc)")
        let text = "SELECT * INTO asked FROM fiscal.job j WHERE j.id = wanted;"
        let body = try #require(bodies.first { $0.contains(text) })
        try await queue.sql(body.replacing(text, with: text.dropLast() + " FOR UPDATE;"))
        let explorer = try await LaneExplorer(queue)
        let (_, stories) = try await explorer.explore(.released, orders: Self.meetings) {
            [$0.hold(2), $0.finish, $0.cancel(2)]
        }
        #expect(stories.contains { $0.contains("40P01") })
    }
}
