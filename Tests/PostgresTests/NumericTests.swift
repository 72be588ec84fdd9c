import TestSupport
import Testing

@testable import Postgres

@Suite struct NumericTests {
    @Test(
        arguments: [
            ("0", "0"), ("-0", "0"), ("-0.00", "0.00"), ("+7", "7"), ("007.50", "7.50"), ("-1234567890.0001", nil),
            ("99999999999999999999999999.99", nil), ("0.000000001", nil), ("10000", nil), ("100000000.0", nil),
        ] as [(String, String?)])
    func keepsItsDigits(text: String, canonical: String?) {
        #expect(PostgresNumeric(text)?.text == canonical ?? text)
    }

    @Test(arguments: ["", "-", ".", "1.", ".5", "1e3", "NaN", "Infinity", "1,5", "1.2.3", " 1", "１"])
    func refusesWhatIsNoDecimal(text: String) {
        #expect(PostgresNumeric(text) == nil)
    }

    @Test func countsUnits() {
        #expect(PostgresNumeric("1480.00")?.units(scale: 2) == 148_000)
        #expect(PostgresNumeric("-0.5")?.units(scale: 2) == -50)
        #expect(PostgresNumeric("3")?.units(scale: 2) == 300)
        #expect(PostgresNumeric("0.005")?.units(scale: 2) == nil)
        #expect(PostgresNumeric("0.0050")?.units(scale: 3) == 5)
        #expect(PostgresNumeric("92233720368547758.08")?.units(scale: 2) == nil)
        #expect(PostgresNumeric(units: -5, scale: 2).text == "-0.05")
        #expect(PostgresNumeric(units: .min, scale: 0).text == "\(Int64.min)")
        #expect(PostgresNumeric(units: 123_456, scale: 3).text == "123.456")
    }

    @Test(.emptyDatabase) func theServerReadsAndWritesTheSameDigits() async throws {
        var texts = [
            "0", "0.00", "1", "-1", "9999", "10000", "-10000.0001", "12345678.9", "0.0001", "0.00001", "0.10000",
            "100000000", "99999999999999999999999999.99", "-0.000000000000000000001", "20000.5",
        ]
        for _ in 0..<300 {
            let whole = UInt64.random(in: 0 ... .max) >> UInt64.random(in: 0...63)
            let fraction = String(UInt32.random(in: 0 ... .max)).prefix(Int.random(in: 0...9))
            texts.append((Bool.random() ? "-" : "") + "\(whole)" + (fraction.isEmpty ? "" : "." + fraction))
        }
        let numbers = try texts.map { try #require(PostgresNumeric($0)) }
        let statement = Statement("numbers", "SELECT n, n::text AS shown FROM unnest($1) AS n")
        let rows = try await TestDatabase.current.pool.query(statement, [.numerics(numbers)]) {
            row throws(PostgresError) in
            (try row.get(PostgresNumeric.self, "n"), try row.get(String.self, "shown"))
        }
        #expect(rows.map(\.0) == numbers)
        #expect(rows.map(\.1) == numbers.map(\.text))
    }
}
