import FoundationEssentials
import TestSupport
import Testing

@testable import Postgres

@Suite(.emptyDatabase, .timeLimit(.minutes(10))) struct ValueTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private func expectSame<Value: PostgresDecodable & Sendable & Equatable>(
        _ value: Value, _ parameter: Parameter, as type: String
    ) async throws {
        #expect(try await pool.one(Value.self, "SELECT $1::\(type)", parameter) == value)
        #expect(try await pool.one(Value?.self, "SELECT NULL::\(type)") == .some(nil))
    }

    @Test(arguments: [0, -1, 1, .max, .min] as [Int64]) func integers(value: Int64) async throws {
        try await expectSame(value, .int(value), as: "bigint")
        try await expectSame(Int(value), .int(value), as: "bigint")
        let small = Int32(truncatingIfNeeded: value)
        try await expectSame(small, .int(small), as: "integer")
        #expect(
            try await pool.one(Int16.self, "SELECT $1::smallint", .int(Int(Int16(truncatingIfNeeded: value)))) != nil)
    }

    @Test(arguments: ["", "a'b\"c\\d\t\n{},NULL", "Чайник 🫖 e\u{301}", String(repeating: "long ", count: 20_000)])
    func texts(value: String) async throws {
        try await expectSame(value, .text(value), as: "text")
        let shown = try await pool.one(Int.self, "SELECT char_length($1::text)", .text(value))
        #expect(shown == value.unicodeScalars.count)
    }

    @Test func otherScalars() async throws {
        try await expectSame(true, .bool(true), as: "boolean")
        try await expectSame(false, .bool(false), as: "boolean")
        try await expectSame(-0.1, .double(-0.1), as: "double precision")
        try await expectSame([0, 255, 92, 39] as [UInt8], .bytes([0, 255, 92, 39]), as: "bytea")
        try await expectSame([] as [UInt8], .bytes([]), as: "bytea")
        let uuid = UUID()
        try await expectSame(uuid, .uuid(uuid), as: "uuid")
        #expect(try await pool.one(String.self, "SELECT $1::uuid::text", .uuid(uuid)) == uuid.uuidString.lowercased())
        let json = #"{"text": "\"\\ 🫖", "price": 12345678901234567890.10}"#
        try await expectSame(json, .json(json), as: "jsonb")
        #expect(try await pool.one(String.self, "SELECT $1::json", .text(json)) == json)
    }

    @Test func textBecomesWhatItsPlaceAsksFor() async throws {
        try await pool.run("CREATE TYPE colour AS ENUM ('red', 'green')")
        try await pool.run("CREATE DOMAIN short AS text CHECK (char_length(value) < 5)")
        #expect(try await pool.one(String.self, "SELECT $1::colour", .text("red")) == "red")
        #expect(try await pool.one([String?].self, "SELECT $1::colour[]", .texts(["green", nil])) == ["green", nil])
        #expect(try await pool.one(String.self, "SELECT $1::short", .text("abc")) == "abc")
        #expect(try await pool.one(Bool.self, "SELECT $1::interval = interval '24:00'", .text("1 day")) == true)
        #expect(try await pool.one(Int32.self, "SELECT ($1::int[])[2]", .ints([1, 2])) == 2)
    }

    /// Whatever the role's settings say about showing time, moments are moments.
    @Test(arguments: [("Asia/Kolkata", "German, DMY"), ("America/St_Johns", "SQL, MDY"), ("UTC", "ISO, YMD")])
    func timestampsDoNotDependOnSettings(zone: String, style: String) async throws {
        let name = TestDatabase.current.name
        try await pool.run("ALTER DATABASE \(name) SET TimeZone = '\(zone)'")
        try await pool.run("ALTER DATABASE \(name) SET DateStyle = '\(style)'")
        let other = try TestDatabase.current.pool()
        let shown = try await other.one(String.self, "SELECT current_setting('TimeZone')")
        #expect(shown == zone)
        let moments: [Timestamp?] = [
            Timestamp(microsecondsSince1970: 1_795_251_600_123_456), Timestamp(microsecondsSince1970: -1), nil,
            Timestamp(microsecondsSince1970: 0), .infinity, .negativeInfinity,
        ]
        #expect(try await other.one([Timestamp?].self, "SELECT $1", .timestamps(moments)) == moments)
        for case let moment? in moments where moment.isFinite {
            let sql = "SELECT to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
            #expect(try await other.one(String.self, sql, .timestamp(moment)) == moment.description)
            #expect(try await other.one(Timestamp.self, "SELECT $1::text::timestamptz", .text("\(moment)")) == moment)
        }
        await other.close()
    }

    /// A row that cannot be read would stop whoever reads it together with others.
    @Test func aMomentBeyondOurCountIsNever() async throws {
        #expect(try await pool.one(Timestamp.self, "SELECT timestamptz '294276-12-31 23:59:59+00'") == .infinity)
        #expect(try await pool.one(Timestamp.self, "SELECT timestamptz '4713-01-02 00:00:00+00 BC'")?.isFinite == true)
    }

    @Test func arraysKeepNullsQuotesAndUnicode() async throws {
        let texts: [String?] = ["", nil, "NULL", "a,b", "\"", "\\", "{}", "пара, 🫖", " "]
        #expect(try await pool.one([String?].self, "SELECT $1", .texts(texts)) == texts)
        #expect(try await pool.one(Int.self, "SELECT count(*) FROM unnest($1) t WHERE t IS NULL", .texts(texts)) == 1)
        let ints: [Int64?] = [1, nil, .min, .max]
        #expect(try await pool.one([Int64?].self, "SELECT $1", .ints(ints)) == ints)
        #expect(try await pool.one([Int64].self, "SELECT $1", .ints([])) == [])
        #expect(try await pool.one([Bool?].self, "SELECT $1", .bools([true, nil, false])) == [true, nil, false])
        #expect(try await pool.one([Double?].self, "SELECT $1", .doubles([0.5, nil])) == [0.5, nil])
        let uuids = [UUID(), nil]
        #expect(try await pool.one([UUID?].self, "SELECT $1", .uuids(uuids)) == uuids)
        let jsons = [#"{"a": [1, null]}"#, nil, "null"]
        #expect(try await pool.one([String?].self, "SELECT $1", .jsons(jsons)) == jsons)
        let byteses: [[UInt8]?] = [[], nil, [0, 1, 2]]
        #expect(try await pool.one([[UInt8]?].self, "SELECT $1", .byteses(byteses)) == byteses)
        #expect(try await pool.one([String?]?.self, "SELECT NULL::text[]") == .some(nil))
        let fault = await #expect(throws: PostgresError.self) {
            _ = try await pool.one([Int64].self, "SELECT $1", .ints([1, nil]))
        }
        #expect(fault?.kind == .decoding(column: "0", .null))
    }

    @Test func rowsOfParametersBecomeColumns() async throws {
        let rows: [[Parameter]] = [
            [.int(1), .text("a"), .json("[1]"), .timestamp(Timestamp(microsecondsSince1970: 5))],
            [.int(2), .null, .json(nil), .timestamp(nil)],
        ]
        let columns = Parameter.columns([.bigint, .text, .jsonb, .timestamptz], of: rows)
        let statement = Statement("columns", "SELECT * FROM unnest($1, $2, $3, $4) AS t(id, name, body, at)")
        let read = try await pool.query(statement, columns) { row throws(PostgresError) in
            let name: String? = try row.get("name")
            let body = try row.getOptional(String.self, "body")
            return
                "\(try row.get(Int64.self, "id")) \(name ?? "-") \(body ?? "-") \(try row.getOptional(Timestamp.self, 3) != nil)"
        }
        #expect(read == ["1 a [1] true", "2 - - false"])
    }

    @Test func columnsAreFoundInAnyOrderAndTwice() async throws {
        let statement = Statement("order", "SELECT 1 AS a, 2 AS b, 3 AS a")
        let read = try await pool.query(statement) { row throws(PostgresError) in
            [try row.get(Int.self, "b"), try row.get("a"), try row.get("a"), try row.get("b")]
        }
        #expect(read == [[2, 3, 1, 2]])
    }

    @Test(arguments: [
        ("SELECT 1::bigint AS v", DecodingFault.typeMismatch(asked: "String", columnType: 20)),
        ("SELECT NULL::text AS v", .null), ("SELECT 'a' AS w", .noSuchColumn),
    ])
    func wrongReadsAreNamed(sql: String, fault: DecodingFault) async throws {
        let error = await #expect(throws: PostgresError.self) {
            _ = try await pool.query(Statement("wrong", sql)) { row throws(PostgresError) in
                try row.get(String.self, "v")
            }
        }
        #expect(error?.kind == .decoding(column: "v", fault))
        #expect(error?.statement == "wrong")
    }

    @Test func nothingExactBecomesBinaryOrIsCut() async throws {
        for sql in ["SELECT 0.1", "SELECT 1"] {
            await #expect(throws: PostgresError.self) { _ = try await pool.one(Double.self, sql) }
        }
        await #expect(throws: PostgresError.self) { _ = try await pool.one(Int.self, "SELECT 1.0") }
        await #expect(throws: PostgresError.self) { _ = try await pool.one(Int16.self, "SELECT 40000") }
        await #expect(throws: PostgresError.self) {
            _ = try await pool.one(PostgresNumeric.self, "SELECT 'NaN'::numeric")
        }
        await #expect(throws: PostgresError.self) { _ = try await pool.one([Int].self, "SELECT '{{1},{2}}'::int[]") }
        #expect(try await pool.one(Double.self, "SELECT 0.25::float4") == 0.25)
    }

    @Test func characterZeroIsRefusedByTheServerAndNotCutOff() async throws {
        for parameter in [Parameter.text("a\0b"), .texts(["a\0b"])] {
            let error = await #expect(throws: PostgresError.self) {
                _ = try await pool.one(String.self, "SELECT $1::text", parameter)
            }
            #expect(error?.sqlState == .characterNotInRepertoire)
        }
        let error = await #expect(throws: PostgresError.self) {
            _ = try await pool.one(String.self, "SELECT $1::text", .json(#"{"a": "\u0000"}"#))
        }
        #expect(error?.sqlState == .untranslatableCharacter)
    }
}
