import FoundationEssentials
import TestSupport
import Testing

@testable import Postgres

@Suite(.emptyDatabase, .timeLimit(.minutes(10))) struct CopyTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private let copy = Statement("copy", "COPY t FROM STDIN")

    @Test func everyTypeArrivesAsItWas() async throws {
        try await pool.run(
            """
            CREATE TABLE t (i int, s text, b boolean, n numeric, at timestamptz, u uuid, j jsonb, y bytea, f float8,
                ia int[], ta text[], na numeric[], ba bytea[])
            """)
        let awkward = "tab\tline\nback\\slash \\N \"quoted\", {braces} пара 🫖\r"
        let moment = Timestamp(microsecondsSince1970: 1_795_251_600_123_456)
        let uuid = UUID()
        let number = try #require(PostgresNumeric("-12345.6700"))
        let row: [Parameter] = [
            .int(7), .text(awkward), .bool(true), .numeric(number), .timestamp(moment), .uuid(uuid),
            .json(#"{"a": "\n\t"}"#), .bytes([0, 9, 10, 92, 255]), .double(0.1), .ints([1, nil]),
            .texts([awkward, nil, "NULL", ""]), .numerics([number, nil]), .byteses([[1, 92], nil]),
        ]
        let nulls = [Parameter](repeating: .null, count: row.count)
        #expect(try await pool.copyIn(copy, [row, nulls]) == 2)
        let sql = """
            SELECT i = $1 AND s = $2 AND b = $3 AND n = $4 AND at = $5 AND u = $6 AND j = $7 AND y = $8 AND f = $9
                AND ia = $10::int[] AND ta = $11 AND na = $12 AND ba = $13 FROM t WHERE i IS NOT NULL
            """
        let same = try await pool.query(Statement("same", sql), row) { row throws(PostgresError) in
            try row.get(Bool.self, 0)
        }
        #expect(same == [true])
        #expect(try await pool.one(Int.self, "SELECT count(*) FROM t WHERE t IS NULL") == 1)
    }

    @Test func manyRowsGoInOneCopy() async throws {
        try await pool.run("CREATE TABLE t (id bigint, body text)")
        let body = String(repeating: "x", count: 200)
        let taken = try await pool.withTransaction { transaction throws(PostgresError) in
            try transaction.copyIn(copy, (0..<50_000).lazy.map { [.int($0), .text(body)] })
        }
        #expect(taken == 50_000)
        #expect(try await pool.one(Int.self, "SELECT count(DISTINCT id) FROM t WHERE length(body) = 200") == 50_000)
    }

    @Test(arguments: [1, 100_000]) func aBadRowRefusesAllAndLeavesTheConnectionUsable(rows: Int) async throws {
        let single = try TestDatabase.current.pool { $0.poolSize = 1 }
        try await single.run("CREATE TABLE t (id int)")
        let error = await #expect(throws: PostgresError.self) {
            try await single.copyIn(copy, [[.text("no number")]] + (0..<rows).map { [.int($0)] })
        }
        #expect(error?.sqlState?.code == "22P02")
        #expect(error?.debugDescription.contains("no number") == true)
        #expect("\(try #require(error))".contains("no number") == false)
        #expect(try await single.one(Int.self, "SELECT count(*) FROM t") == 0)
        #expect(single.statistics.opened == 1)
        await single.close()
    }

    @Test(arguments: ["SELECT 1", "COPY pg_class TO STDOUT", "no SQL"]) func whatIsNoCopyInIsRefused(
        sql: String
    ) async throws {
        await #expect(throws: PostgresError.self) { try await pool.copyIn(Statement("not", sql), []) }
        #expect(try await pool.one(Int.self, "SELECT 1") == 1)
    }

    @Test(arguments: ["COPY t FROM STDIN", "COPY pg_class TO STDOUT"]) func aCopyWhereNoneIsExpectedHarmsNobody(
        sql: String
    ) async throws {
        try await pool.run("CREATE TABLE t (id int)")
        await #expect(throws: PostgresError.self) { try await pool.run(sql) }
        #expect(try await pool.one(Int.self, "SELECT 1") == 1)
    }
}
