import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// Every order in which two or three sessions can take their steps on one lane: claim, finish, finish with the next
/// claim, ends of stretches, dying, rescue, enqueue, spawn, calls, late words, and the acts of people. After each step
/// at most one job of the lane runs; at the end nothing is lost, forgotten, stuck or out of order, nothing of a lost
/// run counted, and nobody met a deadlock.
@Suite(.database, .timeLimit(.minutes(10))) struct EveryOrderTests {
    typealias Sessions = @Sendable (LaneScene) -> [SessionScript]

    struct Case: Sendable, CustomTestStringConvertible {
        let position: LaneScene.Position
        let name: String
        let sessions: Sessions

        init(_ position: LaneScene.Position, _ name: String, _ sessions: @escaping Sessions) {
            self.position = position
            self.name = name
            self.sessions = sessions
        }

        var testDescription: String { "\(position.rawValue): \(name)" }
    }

    /// What can happen while the first job runs, and while it is dead and holds the lane.
    private static let acts: [LaneScene.Position: [@Sendable (LaneScene) -> SessionScript]] = [
        .idle: [{ $0.claim() }, { $0.claim(1) }, { $0.enqueue }, { $0.cancel(0) }, { $0.cancel(1) }],
        .running: [
            { $0.claim() }, { $0.claim(1) }, { $0.finish }, { $0.finishAndClaim }, { $0.die }, { $0.later },
            { $0.enqueue }, { $0.rescue }, { $0.cancel(1) }, { $0.snooze }, { $0.wake }, { $0.handBack },
            { $0.finishOrEvidence },
        ],
        .stretched: [{ $0.claim() }, { $0.claimStretch(1) }, { $0.finishStretch }, { $0.rescue }, { $0.cancel(1) }],
        .held: [
            { $0.claim() }, { $0.enqueue }, { $0.release }, { $0.replay }, { $0.cancel(0) }, { $0.cancel(1) },
            { $0.resolve },
        ],
        .released: [
            { $0.claim() }, { $0.finish }, { $0.finishAndClaim }, { $0.replay }, { $0.resolve }, { $0.cancel(0) },
            { $0.rescue },
        ],
    ]

    /// The claim of a second worker, which meets nobody but the first one's: with all others it is the same claim.
    private static let rival: [LaneScene.Position: Int] = [.idle: 1, .running: 1]

    /// In halves, which are played side by side.
    @Test(arguments: [LaneScene.Position.idle, .running, .stretched, .held, .released], [0, 1]) func twoSessions(
        position: LaneScene.Position, half: Int
    ) async throws {
        let explorer = try await LaneExplorer(.current)
        let acts = try #require(Self.acts[position])
        var orders = 0
        for first in acts.indices where first != Self.rival[position] {
            for second in acts.indices where second >= first && (first + second) % 2 == half {
                let (count, stories) = try await explorer.explore(position) { [acts[first]($0), acts[second]($0)] }
                orders += count
                #expect(stories.isEmpty, "\(stories.first ?? "")")
                try await explorer.clear()
            }
        }
        #expect(orders > 3 * acts.count)
    }

    /// One that waits for its first run is enough for all who write what it looks at, as long as it has not looked: who
    /// writes while it begins has another one made.
    @Test func whatIsWrittenIsLookedAtAfterwards() async throws {
        let explorer = try await LaneExplorer(.current)
        let (orders, stories) = try await explorer.explore(.pending) {
            [$0.spawn(), $0.claimAndLook()]
        }
        #expect(orders == 56)
        #expect(stories.isEmpty, "\(stories.count) of \(orders): \(stories.first ?? "")")
    }

    static let threes: [Case] = [
        Case(.idle, "two claims and a producer") { [$0.claim(), $0.claim(1), $0.enqueue] },
        Case(.idle, "two claims and a cancel of the eldest") { [$0.claim(), $0.claim(1), $0.cancel(0)] },
        Case(.idle, "two claims and an elder that commits late") { [$0.claim(), $0.claim(1), $0.lateElder] },
        Case(.running, "finish, claim, enqueue") { [$0.finish, $0.claim(), $0.enqueue] },
        Case(.running, "finish and claim, claim, enqueue") { [$0.finishAndClaim, $0.claim(), $0.enqueue] },
        Case(.running, "finish, two claims") { [$0.finish, $0.claim(), $0.claim(1)] },
        Case(.running, "finish, rescue, claim") { [$0.finish, $0.rescue, $0.claim()] },
        Case(.running, "finish and claim, rescue, claim") { [$0.finishAndClaim, $0.rescue, $0.claim()] },
        Case(.running, "finish, cancel of the next, claim") { [$0.finish, $0.cancel(1), $0.claim()] },
        Case(.running, "dying, release, claim") { [$0.die, $0.release, $0.claim()] },
        Case(.running, "dying, replay, claim") { [$0.die, $0.replay, $0.claim()] },
        Case(.running, "later, rescue, claim") { [$0.later, $0.rescue, $0.claim()] },
        Case(.held, "release, replay, claim") { [$0.release, $0.replay, $0.claim()] },
        Case(.held, "release, claim, enqueue") { [$0.release, $0.claim(), $0.enqueue] },
        Case(.held, "cancel, replay, claim") { [$0.cancel(0), $0.replay, $0.claim()] },
        Case(.held, "cancel of both, claim") { [$0.cancel(0), $0.cancel(1), $0.claim()] },
        Case(.stretched, "finish, cancel of a follower, claim of a stretch") {
            [$0.finishStretch, $0.cancel(1), $0.claimStretch()]
        },
        Case(.stretched, "finish and take, rescue, claim") { [$0.finishAndTake, $0.rescue, $0.claim()] },
        Case(.stretched, "finish and take, enqueue, claim of a stretch") {
            [$0.finishAndTake, $0.enqueue, $0.claimStretch()]
        },
        Case(.held, "two replays, claim") { [$0.replay, $0.replay, $0.claim()] },
        Case(.held, "resolve, replay, claim") { [$0.resolve, $0.replay, $0.claim()] },
        Case(.released, "resolve, finish, claim") { [$0.resolve, $0.finish, $0.claim()] },
        Case(.released, "replay, finish and claim, claim") { [$0.replay, $0.finishAndClaim, $0.claim()] },
        Case(.running, "dying, resolve, claim") { [$0.die, $0.resolve, $0.claim()] },
        Case(.running, "snooze, call, claim") { [$0.snooze, $0.wake, $0.claim()] },
        Case(.idle, "pause, resume, claim") { [$0.pause, $0.resume, $0.claimIfOpen()] },
        Case(.running, "pause, finish, claim") { [$0.pause, $0.finish, $0.claimIfOpen()] },
    ]

    @Test(arguments: threes) func threeSessions(of one: Case) async throws {
        let explorer = try await LaneExplorer(.current)
        let (orders, stories) = try await explorer.explore(one.position, one.sessions)
        #expect(orders >= 90)
        #expect(stories.isEmpty, "\(stories.count) of \(orders): \(stories.first ?? "")")
    }
}
