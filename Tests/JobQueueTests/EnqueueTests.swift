import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// The outbox as shops use it, under the role that they have.
@Suite(.database, .timeLimit(.minutes(10))) struct EnqueueTests {
    let queue = QueueHarness.current

    private func shop() async throws -> SQLSession {
        try await queue.sql("GRANT fiscal_writer TO CURRENT_USER")
        let session = try await SQLSession.open()
        _ = try await session.connection.execute(Statement("role", "SET ROLE fiscal_writer"))
        return session
    }

    private func call(_ payload: String, key: String = "payment:1", subject: String = "order:1") -> String {
        "SELECT outcome || ' ' || event_id FROM fiscal.enqueue('shop', 'order.paid', '\(key)', '\(subject)', '\(payload)')"
    }

    @Test func theSameKeyIsTheSameEventAndAnotherPayloadAConflict() async throws {
        let shop = try await shop()
        #expect(try await shop.run(call(#"{"a": 1}"#)) == ["created 1"])
        #expect(try await shop.run(call(#"{"a":   1}"#)) == ["existing 1"])
        #expect(try await shop.run(call(#"{"a": 2}"#)) == ["conflict 1"])
        #expect(try await shop.run(call(#"{"a": 2}"#)) == ["conflict 1"])
        #expect(try await shop.run(call(#"{"a": 1}"#, subject: "order:2")) == ["conflict 1"])
        #expect(try await queue.texts("SELECT payload::text FROM fiscal.outbox") == [#"{"a": 1}"#])
        #expect(
            try await queue.texts("SELECT payload::text || subject FROM fiscal.conflict ORDER BY id") == [
                #"{"a": 2}order:1"#, #"{"a": 1}order:2"#,
            ])
        #expect(try await queue.number("SELECT count(*) FROM fiscal.job") == 1)
        await shop.connection.close()
    }

    @Test func aPlainInsertIsEquallyValid() async throws {
        let shop = try await shop()
        let insert = """
            INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
            VALUES ('shop', 'order.paid', 'k', 'order:1', '{}') ON CONFLICT (shop, event_key) DO NOTHING RETURNING id::text
            """
        #expect(try await shop.run(insert) == ["1"])
        #expect(try await shop.run(insert) == [])
        #expect(
            try await queue.texts("SELECT kind || ' ' || step || ' ' || queue || ' ' || lane FROM fiscal.job")
                == ["order.paid build local order:1"])
        await shop.connection.close()
    }

    @Test func aPayloadThatNobodyCouldReadIsRefusedByName() async throws {
        let shop = try await shop()
        let error = await #expect(throws: PostgresError.self) {
            try await shop.run(
                """
                INSERT INTO fiscal.outbox (shop, kind, event_key, payload)
                VALUES ('shop', 'order.paid', 'k', to_jsonb(repeat('x', 17000000)))
                """)
        }
        #expect(error?.sqlState == .checkViolation)
        #expect(try await queue.number("SELECT count(*) FROM fiscal.outbox") == 0)
        await shop.connection.close()
    }

    @Test(arguments: [
        "SELECT payload FROM fiscal.outbox",
        "UPDATE fiscal.outbox SET payload = 'null'",
        "DELETE FROM fiscal.outbox",
        "INSERT INTO fiscal.outbox (shop, kind, event_key, payload, created_at) VALUES ('s', 'k', 'e', '{}', now())",
        "SELECT id::text FROM fiscal.job",
        "INSERT INTO fiscal.kind (name, first_step) VALUES ('x', 'y')",
        "SELECT fiscal.claim(1, 1, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', true)::text",
        "SELECT fiscal.replay_job(1, 'a', 'b')",
        "SELECT fiscal.heartbeat(1)::text",
        "SELECT fiscal.empty_payloads(now(), 1)::text",
        "SELECT fiscal.drop_attempt_partitions(now())",
        "SELECT fiscal.raise_alarm('a', 'critical', 'b')::text",
        "SELECT text FROM fiscal.alarm",
    ])
    func aShopMayDoNothingElse(_ statement: String) async throws {
        let shop = try await shop()
        let error = await #expect(throws: PostgresError.self) { try await shop.run(statement) }
        #expect(error?.sqlState == .insufficientPrivilege)
        await shop.connection.close()
    }

    @Test func eventsAreImmutableEvenForTheirOwner() async throws {
        try await queue.insert("order.paid", payload: #"{"name": "Ivanov"}"#)
        await #expect(throws: PostgresError.self) { try await queue.sql("UPDATE fiscal.outbox SET event_key = 'x'") }
        await #expect(throws: PostgresError.self) { try await queue.sql("DELETE FROM fiscal.outbox") }
        #expect(try await queue.number("SELECT fiscal.empty_payloads(now() + interval '1 day', 10)") == 0)
        try await queue.sql("INSERT INTO fiscal.event_end VALUES (1, 'fiscalised', now())")
        #expect(try await queue.number("SELECT fiscal.empty_payloads(now() + interval '1 day', 10)") == 1)
        #expect(try await queue.texts("SELECT payload::text FROM fiscal.outbox") == ["null"])
    }

    @Test func notificationsComeOnlyWhileSomebodySleeps() async throws {
        let listener = PostgresListener(try TestDatabase.current.configuration(), channels: ["fiscal_job"])
        var hints = listener.hints().makeAsyncIterator()
        #expect(await hints.next()?.mayHaveMissed == true)
        /// What was heard until `marker`, which is told last: notifications come in the order of their commits.
        func heard(until marker: String) async throws -> Set<String> {
            try await queue.sql("SELECT pg_notify('fiscal_job', '\(marker)')")
            var payloads: Set<String> = []
            while !payloads.contains(marker), let hint = await hints.next() {
                payloads.formUnion(hint.notifications.map(\.payload))
            }
            return payloads
        }
        try await queue.insert("order.paid")
        #expect(try await heard(until: "nobody sleeps") == ["nobody sleeps"])
        try await queue.sql("SELECT fiscal.want_wake(600000)")
        try await queue.insert("order.paid")
        #expect(try await heard(until: "somebody sleeps") == ["", "somebody sleeps"])
        try await queue.sql("SELECT fiscal.want_wake(0)")
        try await queue.insert("order.paid")
        #expect(try await heard(until: "nobody again") == ["nobody again"])
        await listener.stop()
    }

    @Test func aWorkersLoginNeedsNoMoreThanItsRole() async throws {
        try await queue.declare("test")
        let role = "worker_of_\(TestDatabase.current.name)"
        try await queue.sql("CREATE ROLE \(role) LOGIN IN ROLE fiscal_worker")
        try await queue.insertMany(5)
        let pool = PostgresPool(try TestDatabase.current.configuration(user: role))
        let step = StepDefinition.test { _ in
            Outcome(.finish(outcome: "ok"), spawned: [SpawnedJob(kind: "test", lane: "", step: "end")])
        }
        let end = StepDefinition.test("end") { run in
            guard run.queue == "p" else {
                return Outcome(.next(step: "end", queue: "p", part: 1, checkpoint: nil))
            }
            return Outcome(.finish(outcome: "ok"))
        }
        let harness = QueueHarness(pool: pool, url: queue.url)
        try await harness.withWorker([step, end]) { _ in try await queue.drained() }
        await pool.close()
        try await queue.sql("DROP ROLE \(role)")
    }
}
