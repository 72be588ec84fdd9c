/// Why the schema could not be brought to its newest state. Every case names the file concerned.
package enum MigrationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A directory or file cannot be read, or a file is not UTF-8.
    case unreadable(path: String)
    /// A file that ends in `.sql` is not named `NNNN_name.sql`.
    case badFileName(String)
    /// Two files have one number.
    case duplicateNumber(first: String, second: String)
    /// A number is missing before this file.
    case hole(missing: Int, before: String)
    /// A file was changed after it had been applied.
    case changed(file: String, appliedAs: String)
    /// A file was added below one that had been applied.
    case late(file: String, newest: Int)
    /// The database has a migration that this program does not know: the program is older than the database.
    case unknown(applied: String)
    /// Another runner is at work and did not end in time.
    case locked(waited: Duration)
    /// The connection goes through a pooler, where a lock of the session means nothing.
    case notDirect
    /// A migration failed and left nothing behind, unless it runs outside a transaction. `line` is of the file.
    case failed(file: String, line: Int?, PostgresError)
    /// The history could not be read or prepared.
    case database(PostgresError)

    package var description: String {
        switch self {
        case .unreadable(let path): "\(path) cannot be read as UTF-8 text"
        case .badFileName(let file): "\(file) is not named NNNN_name.sql"
        case .duplicateNumber(let first, let second): "\(first) and \(second) have the same number"
        case .hole(let missing, let file): "migration \(missing) is missing before \(file)"
        case .changed(let file, let applied):
            "\(file) was changed after it had been applied as \(applied); put the change into a new migration"
        case .late(let file, let newest):
            "\(file) is new but migration \(newest) has been applied already; give it a higher number"
        case .unknown(let applied):
            "\(applied) has been applied but is not among the files: is this program older than the database?"
        case .locked(let waited): "another migration has been running for \(waited)"
        case .notDirect: "migrations need a direct connection to the server, not one through a pooler"
        case .failed(let file, let line, let error):
            "\(file)\(line.map { ", line \($0)" } ?? "") failed: \(Self.shown(error))"
        case .database(let error): "the migration history cannot be used: \(error)"
        }
    }

    /// With the server's message where it speaks of the schema (class 42) and cannot quote data.
    private static func shown(_ error: PostgresError) -> String {
        error.sqlState?.family == "42" ? error.debugDescription : error.description
    }
}
