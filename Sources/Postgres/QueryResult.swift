import CPostgres

/// The server's answer to one statement, freed with its last use.
struct QueryResult: ~Copyable {
    let pointer: OpaquePointer

    deinit {
        PQclear(pointer)
    }

    var rowCount: Int32 { PQntuples(pointer) }

    /// `COMMIT`, `INSERT 0 5` and so on.
    var commandTag: String { PQcmdStatus(pointer).map { String(cString: $0) } ?? "" }

    /// Rows that the statement inserted, changed, deleted or returned; 0 where that has no meaning.
    var affectedRows: Int { PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0 }
}
