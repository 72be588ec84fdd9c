import Postgres
import TestSupport
import Testing

/// What an event may weigh is what its text weighs, however small it comes: claims read that text.
@Suite(.database, .timeLimit(.minutes(10))) struct PayloadSizeTests {
    private static let limit = 16_777_216

    private let pool = TestDatabase.current.pool

    /// What became of an INSERT of the payload that this SQL makes: nil, or the constraint or state that refused it.
    private func refusal(of payload: String, key: String = "k") async throws -> String? {
        do {
            try await pool.execute(
                Statement(
                    "test.insert",
                    """
                    INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
                    SELECT 'main', 'order.paid', '\(key)', '', \(payload)
                    """))
            return nil
        } catch {
            return error.constraint ?? error.sqlState?.code ?? "\(error)"
        }
    }

    @Test func itsTextHasALimit() async throws {
        // {"a": "…"} is nine bytes around the text.
        let longest = Self.limit - 9
        #expect(try await refusal(of: "jsonb_build_object('a', repeat('x', \(longest)))") == nil)
        #expect(
            try await refusal(of: "jsonb_build_object('a', repeat('x', \(longest + 1)))", key: "l")
                == "outbox_payload_size")
    }

    @Test func whatIsStoredCompressedWeighsWhatItUnpacksTo() async throws {
        try await pool.execute(Statement("test.table", "CREATE TABLE kept (small jsonb, large jsonb)"))
        try await pool.execute(
            Statement(
                "test.keep",
                """
                INSERT INTO kept SELECT jsonb_build_object('a', repeat('x', 100000)),
                    jsonb_build_object('a', repeat('x', 40000000))
                """))
        #expect(try await refusal(of: "small FROM kept") == nil)
        #expect(try await refusal(of: "large FROM kept", key: "l") == "outbox_payload_size")
    }

    @Test func aNumberWeighsItsDigits() async throws {
        func numbers(_ count: Int) -> String { "jsonb_agg(1e131071) FROM generate_series(1, \(count))" }
        #expect(try await refusal(of: numbers(100)) == nil)
        #expect(try await refusal(of: numbers(200), key: "l") == "outbox_payload_size")
        // A text that no value of PostgreSQL can hold.
        #expect(try await refusal(of: numbers(9000), key: "m") == "54000")
    }

    @Test func aSecondPayloadOfAKeyIsHeldToTheSame() async throws {
        #expect(try await refusal(of: "'{}'") == nil)
        await #expect {
            try await pool.execute(
                Statement(
                    "test.enqueue",
                    """
                    SELECT fiscal.enqueue('main', 'order.paid', 'k', '', jsonb_build_object('a', repeat('x', 17000000)))
                    """))
        } throws: { ($0 as? PostgresError)?.constraint == "outbox_payload_size" }
    }
}
