import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// A worker's heartbeats wait for nothing that it does besides.
@Suite(.database, .timeLimit(.minutes(10))) struct HeartbeatTests {
    let queue = QueueHarness.current

    @Test func whatTakesLongKeepsNoHeartbeatWaiting() async throws {
        try await queue.declare("test")
        let holder = try await SQLSession.open()
        // Whoever looks for schedules that are due waits from now on.
        try await holder.begin()
        try await holder.run("LOCK TABLE fiscal.schedule IN ACCESS EXCLUSIVE MODE")
        var configuration = QueueHarness.configuration()
        configuration.heartbeat = .milliseconds(100)
        configuration.lease = .seconds(30)
        let step = StepDefinition.test { _ in Outcome(.finish(outcome: "ok")) }
        try await queue.withWorker([step], configuration: configuration) { _ in
            let waiting = """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%fire_schedules%'
                """
            try await eventually("schedules are waited for") { try await queue.number(waiting) == 1 }
            let beats = "SELECT heartbeat_at::text FROM fiscal.worker"
            for _ in 1...3 {
                let before = try await queue.texts(beats)
                try await eventually("another heartbeat") { try await queue.texts(beats) != before }
            }
            #expect(try await queue.number(waiting) == 1)
            try await holder.rollback()
        }
        await holder.connection.close()
    }
}
