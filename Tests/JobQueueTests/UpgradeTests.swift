import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// An older and a newer release side by side.
@Suite(.database, .timeLimit(.minutes(10))) struct UpgradeTests {
    let queue = QueueHarness.current

    @Test func eachReleaseRunsWhatItKnowsAndLeavesTheRestToTheOther() async throws {
        try await queue.declare("old.kind")
        try await queue.declare("new.kind")
        try await queue.insertMany(50, kind: "new.kind")
        try await queue.insertMany(50, kind: "old.kind")
        let ran = Journal<String>()
        func step(_ release: String, _ kind: String, _ step: String, next: String? = nil) -> StepDefinition {
            StepDefinition.test(step, kind: kind) { run in
                ran.add("\(release) \(kind) \(step)")
                guard let next else { return Outcome(.finish(outcome: "ok")) }
                return Outcome(.next(step: next, queue: run.queue, part: 1, checkpoint: nil))
            }
        }
        let older = [step("N", "old.kind", "run")]
        // The newer release knows a kind more, and gives the old one a second step.
        let newer = [
            step("N+1", "old.kind", "run", next: "check"), step("N+1", "old.kind", "check"),
            step("N+1", "new.kind", "run"),
        ]
        try await queue.withWorker(older, configuration: QueueHarness.configuration("N")) { _ in
            try await eventually {
                try await queue.number("SELECT count(*) FROM fiscal.job WHERE kind = 'old.kind'") == 0
            }
            #expect(try await queue.number("SELECT count(*) FROM fiscal.job WHERE state = 'ready'") == 50)
            try await queue.insertMany(50, kind: "old.kind")
            try await queue.withWorker(newer, configuration: QueueHarness.configuration("N+1")) { _ in
                try await queue.drained()
            }
        }
        #expect(ran.entries.filter { $0 == "N+1 new.kind run" }.count == 50)
        #expect(!ran.entries.contains { $0.hasPrefix("N new") || $0 == "N old.kind check" })
        #expect(try await queue.number("SELECT count(*) FROM fiscal.event_end") == 150)
    }
}
