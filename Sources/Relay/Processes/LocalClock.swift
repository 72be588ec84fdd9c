import FoundationEssentials
import Postgres

/// This machine's wall clock: for the journal only, never for a decision.
enum LocalClock {
    static var now: Timestamp {
        Timestamp(microsecondsSince1970: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }
}
