import FoundationEssentials
import Postgres

extension Timestamp {
    /// ISO 8601 in UTC, to the second; `infinity` and `-infinity` as PostgreSQL says them.
    var text: String {
        if microsecondsSince1970 == .max { return "infinity" }
        if microsecondsSince1970 == .min { return "-infinity" }
        return Date(timeIntervalSince1970: Double(microsecondsSince1970) / 1_000_000).formatted(.iso8601)
    }
}
