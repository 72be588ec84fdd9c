/// Why a private cluster could not be made, started or stopped.
package enum EmbeddedPostgresError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No PostgreSQL server programs were found; on Debian the package `postgresql` has them.
    case serverNotInstalled
    /// The server refuses to run as root, and no other user could be found or made.
    case noOrdinaryUser
    /// A directory or file below /tmp could not be made or written.
    case fileSystem(path: String, code: Int32)
    /// A program could not be started.
    case cannotRun(program: String, code: Int32)
    /// A program failed; `log` holds the last lines of what it said.
    case failed(program: String, log: String)
    /// The server did not accept connections in time; `log` holds the last lines of what it said.
    case notReady(log: String)
    /// The server would not accept the request for a database.
    case database(String)

    package var description: String {
        switch self {
        case .serverNotInstalled: "PostgreSQL's server programs are not installed (Debian: apt-get install postgresql)"
        case .noOrdinaryUser: "PostgreSQL does not run as root, and the user postgres could not be made"
        case .fileSystem(let path, let code): "\(path) cannot be written (errno \(code))"
        case .cannotRun(let program, let code): "\(program) cannot be started (errno \(code))"
        case .failed(let program, let log): "\(program) failed: \(log)"
        case .notReady(let log): "the database server did not become ready: \(log)"
        case .database(let reason): reason
        }
    }
}
