import Fiscal
import FoundationEssentials
import JobQueue
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// Acts that would make a second receipt possible: the database refuses them, whoever calls its functions and how.
@Suite(.database, .timeLimit(.minutes(10)))
struct RefusedActsTests {
    private static let lines = [Payload.line("1", "100.00")]
    private static let shop = ShopSpec(doubt: "person")

    /// An event whose receipt was sent, and printed, and never answered: dead, in doubt, with nobody at work.
    private func doubtful(_ stage: Stage) async throws -> Int64 {
        try await stage.working([Self.shop]) { _ async throws in
            stage.sandbox.faults.order(
                FaultRule(.reset(accepting: true), service: .cloudKassir, method: "POST"))
            let event = try await stage.pay(sum: "100.00", Self.lines)
            #expect(try await stage.fate(of: event) == .dead("in_doubt"))
            return event
        }
    }

    /// What an administrator's own SQL is told.
    private func told(_ stage: Stage, _ sql: String) async throws -> String {
        try await stage.admin.query(Statement("test.act", "SELECT (\(sql))::text")) { row throws(PostgresError) in
            try row.get(String.self, 0)
        }.first ?? ""
    }

    @Test func aDoubtIsNotForgottenByPlainSQL() async throws {
        try await withStage { stage in
            let event = try await doubtful(stage)
            let acts = [
                "fiscal.replay_job(\(event), 'anna', 'why', next_edition => true)",
                "fiscal.replay_job(\(event), 'anna', 'why', step => 'build', queue => 'local')",
                "fiscal.replay_job(\(event), 'anna', 'why', ordered_as => 'correction')",
                "fiscal.resolve_job(\(event), 'anna', 'why', '{}', 'build', 'local', NULL)",
                "fiscal.cancel_job(\(event), 'anna', 'why')",
                "fiscal.cancel_receipt_job(\(event), 'anna', 'why')",
            ]
            for act in acts { #expect(try await told(stage, act) == "in_doubt", "\(act)") }
            #expect(try await told(stage, "fiscal.abandon_receipts(\(event))") == "0")
            #expect(try await stage.state(of: event) == "dead")
            #expect(try await stage.receipts(of: event).map(\.state) == [.planned])
            #expect(try await stage.number("SELECT count(*) FROM fiscal.operator_action") == 0)
            // The same step once more keeps the doubt, and so sends nothing here.
            #expect(try await told(stage, "fiscal.replay_job(\(event), 'anna', 'why')") == "replayed")
            try await stage.working([Self.shop]) { _ async throws in
                #expect(try await stage.fate(of: event) == .dead("in_doubt"))
            }
            #expect(stage.sandbox.receipts().map(\.timesSent) == [1])
        }
    }

    @Test func whatIsBeingPrintedIsNotGivenUp() async throws {
        try await withStage { stage in
            stage.sandbox.faults.order(FaultRule(.wait(polls: 1_000_000), service: .cloudKassir, method: "POST"))
            let event = try await stage.working { _ async throws in
                let event = try await stage.pay(sum: "100.00", Self.lines)
                try await eventually { try await stage.receipts(of: event).map(\.state) == [.submitted] }
                return event
            }
            try await stage.texts("UPDATE fiscal.job SET state = 'dead', reason_code = 'test' WHERE id = \(event)")
            for act in [
                "fiscal.replay_job(\(event), 'anna', 'why', next_edition => true)",
                "fiscal.replay_job(\(event), 'anna', 'why', ordered_as => 'correction')",
                "fiscal.cancel_job(\(event), 'anna', 'why')",
            ] { #expect(try await told(stage, act) == "submitted", "\(act)") }
            #expect(try await stage.receipts(of: event).map(\.state) == [.submitted])
        }
    }

    @Test func aWorkerOpensNothingThatAPersonClosed() async throws {
        try await withStage { stage in
            let configuration = try PostgresConfiguration(url: stage.url(.worker), applicationName: "test")
            let worker = PostgresPool(configuration)
            await #expect {
                try await worker.execute(
                    Statement("test.resume", "SELECT fiscal.resume_destination('x', 'anna', 'a name of somebody else')")
                )
            } throws: { ($0 as? PostgresError)?.sqlState?.code == "42501" }
            await worker.close()
        }
    }

    // MARK: Two people at once

    /// Runs two acts on one job at once: both have decided on what it was when they looked.
    private func race<Value: Sendable>(
        _ stage: Stage, _ event: Int64, change: String = "SELECT 1",
        _ one: @escaping @Sendable () async throws -> Value, _ other: @escaping @Sendable () async throws -> Value
    ) async throws -> [Result<Value, any Error>] {
        let holder = try await Connection.open(try PostgresConfiguration(url: TestDatabase.current.url))
        func run(_ sql: String) async throws { _ = try await holder.execute(Statement("test.hold", sql)) }
        try await run("BEGIN")
        try await run("SELECT FROM fiscal.job WHERE id = \(event) FOR UPDATE")
        let tasks = [one, other].map { act in Task { try await act() } }
        try await eventually("both wait for the job") {
            try await stage.number(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
                """) == 2
        }
        try await run(change)
        try await run("COMMIT")
        var results: [Result<Value, any Error>] = []
        for task in tasks { results.append(await task.result) }
        await holder.close()
        return results
    }

    @Test func ofTwoReplaysOneCounts() async throws {
        try await withStage { stage in
            let event = try await stage.working { _ async throws in
                let event = try await stage.pay(sum: "100.01", Self.lines)
                #expect(try await stage.fate(of: event) == .dead("amount_mismatch"))
                return event
            }
            let answers = try await race(
                stage, event, { try await stage.replay(event) }, { try await stage.replay(event) }
            )
            .map { try $0.get() }
            #expect(Set(answers) == [.done, .notDead] && answers.count == 2)
            #expect(try await stage.number("SELECT count(*) FROM fiscal.operator_action WHERE action = 'replay'") == 1)
        }
    }

    @Test func aReplayDecidedOnAnEarlierDeathDoesNotCount() async throws {
        try await withStage { stage in
            let event = try await stage.working { _ async throws in
                let event = try await stage.pay(sum: "100.01", Self.lines)
                #expect(try await stage.fate(of: event) == .dead("amount_mismatch"))
                return event
            }
            // Meanwhile somebody else has replayed it, and it has run and died again.
            let results = try await race(
                stage, event, change: "UPDATE fiscal.job SET run_no = run_no + 2 WHERE id = \(event)",
                { try await stage.replay(event) }, { try await stage.replay(event) })
            for result in results { #expect(try result.get() == .refused("it has run meanwhile: look again")) }
            #expect(try await stage.state(of: event) == "dead")
            #expect(try await stage.number("SELECT count(*) FROM fiscal.operator_action") == 0)
        }
    }

    @Test func ofTwoFindingsOneCounts() async throws {
        try await withStage { stage in
            let event = try await doubtful(stage)
            let number = try #require(stage.sandbox.receipts().first?.id)
            let results = try await race(
                stage, event, { try await stage.resolve(event, .accepted(providerID: number)) },
                { try await stage.resolve(event, .accepted(providerID: number)) })
            let answers = results.compactMap { try? $0.get() }
            #expect(answers.count { $0 == .done } == 1)
            #expect(try await stage.number("SELECT count(*) FROM fiscal.operator_action WHERE action = 'resolve'") == 1)
            try await stage.working([Self.shop]) { _ async throws in
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            }
            #expect(stage.sandbox.receipts().map(\.timesSent) == [1])
        }
    }

    // MARK: Events at no time, and payloads past theirs

    @Test(arguments: [Timestamp.infinity, .negativeInfinity, Timestamp(microsecondsSince1970: 7_258_118_400_000_000)])
    func anImpossibleMomentIsADeadLetterAndHarmsNobody(moment: Timestamp) async throws {
        try await withWorkingStage { stage in
            stage.place(order: 1001, price: "100.00")
            let event = try await stage.insert(
                "order.paid", key: "payment:9:paid:1", order: 1001, at: moment,
                Payload.paid(order: 1001, payment: "9", sum: "100.00", Self.lines))
            #expect(try await stage.fate(of: event) == .dead("moment_impossible"))
            #expect(try await stage.replay(event, as: .receipt) == .done)
            #expect(try await stage.fate(of: event) == .dead("moment_impossible"))
            let other = try await stage.pay(order: 1002, payment: "2", sum: "100.00", Self.lines)
            #expect(try await stage.fate(of: other) == .ended("fiscalised"))
            #expect(stage.sandbox.receipts().count == 1)
        }
    }

    @Test func retentionEmptiesWhatHasEndedAndNothingElse() async throws {
        try await withStage { stage in
            let (ended, open) = try await stage.working { _ async throws in
                let ended = try await stage.pay(sum: "100.00", Self.lines)
                #expect(try await stage.fate(of: ended) == .ended("fiscalised"))
                let open = try await stage.pay(order: 1002, payment: "6", sum: "100.01", Self.lines)
                #expect(try await stage.fate(of: open) == .dead("amount_mismatch"))
                return (ended, open)
            }
            let worker = PostgresPool(try PostgresConfiguration(url: stage.url(.worker), applicationName: "test"))
            let run = JobRun(
                job: JobID(1), shop: "", kind: RetentionStep.key.kind, step: RetentionStep.key.step,
                claimedAt: Timestamp(microsecondsSince1970: Int64(Date().timeIntervalSince1970 * 1_000_000)))
            func retain(_ kept: Duration?) async -> [Verdict] {
                let step = RetentionStep(pool: worker, kept: kept, language: .english)
                return await step.definition.run([run]).map(\.verdict)
            }
            let kept = "SELECT id::text FROM fiscal.outbox WHERE payload <> 'null' ORDER BY id"
            #expect(await retain(nil) == [.finish(outcome: "off")])
            #expect(await retain(.seconds(30 * 86_400)) == [.finish(outcome: "done")])
            #expect(try await stage.texts(kept) == ["\(ended)", "\(open)"])
            #expect(await retain(.seconds(-3600)) == [.finish(outcome: "done")])
            #expect(try await stage.texts(kept) == ["\(open)"])
            await worker.close()
        }
    }
}
