import Testing

@testable import Postgres

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (1_795_251_600_123_456, "2026-11-21T09:00:00.123456Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (.max, "infinity"), (.min, "-infinity"),
        ] as [(Int64, String)])
    func isShownInUTC(microseconds: Int64, text: String) {
        #expect("\(Timestamp(microsecondsSince1970: microseconds))" == text)
    }
}
