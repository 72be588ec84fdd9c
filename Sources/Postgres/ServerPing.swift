import CPostgres

/// Whether a server accepts connections, as `pg_isready` asks it: without logging in.
package enum ServerPing: Hashable, Sendable {
    case accepting
    /// Starting up, shutting down or recovering.
    case rejecting
    case noResponse
    /// The connection string makes no sense to libpq.
    case notAttempted

    /// Asks once; blocks the calling thread for the URL's `connect_timeout` at most.
    package static func ask(_ configuration: PostgresConfiguration) -> ServerPing {
        switch Session.withKeywords(of: configuration, { PQpingParams($0, $1, 1) }) {
        case PQPING_OK: .accepting
        case PQPING_REJECT: .rejecting
        case PQPING_NO_RESPONSE: .noResponse
        default: .notAttempted
        }
    }
}
