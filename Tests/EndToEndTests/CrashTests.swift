import EmbeddedPostgres
import Fiscal
import JobQueue
import Postgres
import Relay
import Sandbox
import Subprocess
import TestSupport
import Testing

/// Processes that end without a word, at the worst instant.
@Suite(.timeLimit(.minutes(10)))
struct CrashTests {
    private static let lines = [Payload.line("1", "100.00")]

    private func pay(_ count: Int, _ stage: Stage) async throws -> [Int64] {
        var events: [Int64] = []
        for index in 0..<count {
            events.append(
                try await stage.pay(order: 1001 + index, payment: "\(index)", sum: "100.00", Self.lines))
        }
        return events
    }

    @Test(.database) func aWorkerKilledBetweenSendAndAnswerLeavesOneReceipt() async throws {
        try await withStage { stage in
            // The register has the receipt and keeps its answer back: in that instant the worker dies.
            stage.sandbox.faults.order(
                FaultRule(.timeout(accepting: true, hold: .seconds(30)), service: .cloudKassir, method: "POST"))
            let event = try await stage.pay(sum: "100.00", Self.lines)
            try await withWorkers(1, stage) { workers, start in
                try await eventually { stage.sandbox.receipts().count == 1 }
                #expect(try await workers[0].end(.kill) == 256 + 9)
                #expect(try await stage.state(of: event) == "running")
                #expect(try await stage.receipts(of: event).map(\.state) == [.planned])
                _ = start()
                // Its lease runs out, the survivor calls it dead, and the same bytes go again.
                try await eventually {
                    try await stage.texts(
                        "SELECT outcome FROM fiscal.attempt WHERE event_id = \(event) AND step = 'submit'"
                    )
                    .contains("lost")
                }
                #expect(try await stage.state(of: event) == "in_doubt")
                try await stage.hasten()
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                try await stage.settled()
            }
            #expect(stage.sandbox.receipts().map(\.timesSent) == [2])
            #expect(stage.sandbox.summary().bitrix.writtenBack == 1)
        }
    }

    @Test(.database) func aWorkerKilledAtAPersonsAccountLeavesADoubt() async throws {
        try await withStage { stage in
            stage.sandbox.faults.order(
                FaultRule(.timeout(accepting: true, hold: .seconds(30)), service: .cloudKassir, method: "POST"))
            let event = try await stage.pay(sum: "100.00", Self.lines)
            try await withWorkers(1, stage, [ShopSpec(doubt: "person")]) { workers, start in
                try await eventually { stage.sandbox.receipts().count == 1 }
                _ = try await workers[0].end(.kill)
                _ = start()
                try await eventually { try await stage.state(of: event) == "in_doubt" }
                try await stage.hasten()
                #expect(try await stage.fate(of: event) == .dead("in_doubt"))
                #expect(stage.sandbox.receipts().map(\.timesSent) == [1])
                let number = try #require(stage.sandbox.receipts().first?.id)
                #expect(try await stage.resolve(event, .accepted(providerID: number)) == .done)
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            }
        }
    }

    @Test(.database) func aWorkerThatIsAskedToStopLeavesNothingHalfDone() async throws {
        try await withStage { stage in
            stage.sandbox.faults.order(FaultRule(.latency(.milliseconds(200)), service: .cloudKassir, times: .max))
            let events = try await pay(20, stage)
            try await withWorkers(1, stage) { workers, start in
                try await eventually { stage.sandbox.receipts().count >= 3 }
                #expect(try await workers[0].end(.terminate) == 0)
                // What was under way is recorded, the rest is handed back: nobody has to be rescued.
                #expect(
                    try await stage.number("SELECT count(*) FROM fiscal.job WHERE state IN ('running', 'in_doubt')")
                        == 0)
                #expect(try await stage.number("SELECT count(*) FROM fiscal.worker WHERE stopped_at IS NULL") == 0)
                let sent = stage.sandbox.receipts().count
                #expect(
                    try await stage.number(
                        "SELECT count(*) FROM fiscal.receipt WHERE state IN ('submitted', 'fiscalised')")
                        == sent)
                stage.sandbox.faults.clear()
                _ = start()
                for event in events { #expect(try await stage.fate(of: event) == .ended("fiscalised")) }
                try await stage.settled()
            }
            #expect(stage.sandbox.receipts().allSatisfy { $0.timesSent == 1 })
            #expect(stage.sandbox.summary().bitrix.writtenBack == 20)
        }
    }

    @Test func aDatabaseKilledUnderLoadLosesNothing() async throws {
        try await withCluster { stage, cluster in
            stage.sandbox.faults.order(
                FaultRule(.reset(accepting: true), service: .cloudKassir, method: "POST", rate: 10),
                FaultRule(.latency(.milliseconds(50)), service: .cloudKassir, rate: 50))
            let count = 60
            let events = try await pay(count, stage)
            try await stage.working { _ async throws in
                for round in 1...2 {
                    try await eventually { stage.sandbox.summary().cloudKassir.accepted >= round * 15 }
                    await cluster.crash(round == 1 ? .kill : .immediate)
                    try await cluster.restart()
                }
                // What stood in doubt for its time-out is settled without waiting for it.
                try await eventually {
                    try? await stage.hasten()
                    return (try? await stage.number("SELECT count(*) FROM fiscal.job")) == 0
                }
            }
            #expect(
                try await stage.number("SELECT count(*) FROM fiscal.event_end WHERE outcome = 'fiscalised'") == count)
            #expect(events.count == count)
            let summary = stage.sandbox.summary()
            #expect(summary.cloudKassir.fiscalised == count)
            #expect(summary.bitrix.writtenBack == count)
        }
    }

    @Test(.database) func cutConnectionsLoseNothing() async throws {
        try await withStage { stage in
            let events = try await pay(40, stage)
            try await stage.working { _ async throws in
                for round in 1...4 {
                    try await eventually { stage.sandbox.summary().cloudKassir.accepted >= round * 8 }
                    _ = try await stage.texts(
                        """
                        SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
                        WHERE datname = current_database() AND usename = '\(Login.worker.rawValue)'
                        """)
                }
                for event in events { #expect(try await stage.fate(of: event) == .ended("fiscalised")) }
                try await stage.settled()
            }
            #expect(stage.sandbox.summary().cloudKassir.fiscalised == 40)
            #expect(stage.sandbox.summary().bitrix.writtenBack == 40)
        }
    }
}
