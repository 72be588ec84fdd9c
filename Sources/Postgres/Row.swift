import CPostgres

/// One row of a result, lent to the closure that decodes it.
///
/// Columns are found by name or by index from 0. NULL is an error unless the asked type is an Optional.
/// Of two columns with one name a read in order finds each in turn.
package struct Row: ~Copyable {
    let result: OpaquePointer
    let index: Int32
    let columns: ColumnNames
    let statement: String

    /// Reads a column by name, as the type that the place of use asks for.
    ///
    /// - Throws: ``PostgresError`` of kind `decoding` that names the column, never its value.
    package func get<Value: PostgresDecodable>(_ column: String) throws(PostgresError) -> Value {
        guard let position = columns.index(of: column) else { throw fault(column, .noSuchColumn) }
        do throws(DecodingFault) {
            return try value(at: position)
        } catch {
            throw fault(column, error)
        }
    }

    /// Reads a column by its index, from 0, as the type that the place of use asks for.
    ///
    /// - Throws: ``PostgresError`` of kind `decoding` that names the column, never its value.
    package func get<Value: PostgresDecodable>(_ column: Int) throws(PostgresError) -> Value {
        guard let position = Int32(exactly: column), (0..<PQnfields(result)).contains(position) else {
            throw fault("\(column)", .noSuchColumn)
        }
        do throws(DecodingFault) {
            return try value(at: position)
        } catch {
            throw fault("\(column)", error)
        }
    }

    /// Reads a column by name.
    ///
    /// - Throws: ``PostgresError`` of kind `decoding` that names the column, never its value.
    package func get<Value: PostgresDecodable>(
        _: Value.Type, _ column: String
    ) throws(PostgresError) -> Value {
        try get(column)
    }

    /// Reads a column by its index, from 0.
    ///
    /// - Throws: ``PostgresError`` of kind `decoding` that names the column, never its value.
    package func get<Value: PostgresDecodable>(
        _: Value.Type, _ column: Int
    ) throws(PostgresError) -> Value {
        try get(column)
    }

    /// Reads a column that may be NULL by name.
    ///
    /// - Throws: ``PostgresError`` of kind `decoding` that names the column, never its value.
    package func getOptional<Value: PostgresDecodable>(
        _: Value.Type, _ column: String
    ) throws(PostgresError) -> Value? {
        try get(column)
    }

    /// Reads a column that may be NULL by its index, from 0.
    ///
    /// - Throws: ``PostgresError`` of kind `decoding` that names the column, never its value.
    package func getOptional<Value: PostgresDecodable>(
        _: Value.Type, _ column: Int
    ) throws(PostgresError) -> Value? {
        try get(column)
    }

    /// Reads a column that may be NULL by name, as the type that the place of use asks for.
    ///
    /// - Throws: ``PostgresError`` of kind `decoding` that names the column, never its value.
    package func getOptional<Value: PostgresDecodable>(_ column: String) throws(PostgresError) -> Value? {
        try get(column)
    }

    /// Reads a column that may be NULL by its index, from 0, as the type that the place of use asks for.
    ///
    /// - Throws: ``PostgresError`` of kind `decoding` that names the column, never its value.
    package func getOptional<Value: PostgresDecodable>(_ column: Int) throws(PostgresError) -> Value? {
        try get(column)
    }

    private func value<Value: PostgresDecodable>(at column: Int32) throws(DecodingFault) -> Value {
        guard PQgetisnull(result, index, column) == 0 else { return try Value.decodeNull() }
        let length = Int(PQgetlength(result, index, column))
        let bytes = UnsafeRawBufferPointer(start: PQgetvalue(result, index, column), count: length)
        return try Value.decode(Field(bytes: bytes, type: PQftype(result, column)))
    }

    private func fault(_ column: String, _ fault: DecodingFault) -> PostgresError {
        PostgresError(.decoding(column: column, fault), in: statement)
    }
}
