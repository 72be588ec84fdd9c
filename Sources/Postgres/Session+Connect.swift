import CPostgres
import Glibc

extension Session {
    /// Opens a connection, trying the hosts of the connection string in turn as libpq does.
    ///
    /// Blocks for `connect_timeout` per host at most. Where a server refused, its SQLSTATE comes with the error.
    /// - Throws: ``PostgresError`` of kind `connectionFailed`.
    static func open(
        _ configuration: PostgresConfiguration, abort: EventDescriptor
    ) throws(PostgresError) -> Session {
        let attempt = withKeywords(of: configuration) { PQconnectdbParams($0, $1, 1) }
        guard let attempt else { throw PostgresError(.connectionFailed, in: "connect", note: "no memory") }
        if PQstatus(attempt) == CONNECTION_OK {
            return Session(connection: attempt, configuration: configuration, abort: abort)
        }
        let note = message(of: attempt)
        PQfinish(attempt)
        let isServersWord = note.contains(":  ")  // "FATAL:  …", whatever its language
        guard isServersWord else { throw PostgresError(.connectionFailed, in: "connect", note: note) }
        // libpq gives the code of a refused connection only as a part of its message, when told so before.
        let (second, state) = secondAttempt(configuration)
        if let second { return Session(connection: second, configuration: configuration, abort: abort) }
        throw PostgresError(.connectionFailed, in: "connect", sqlState: state, note: note)
    }

    /// Connects once more, with the server's messages reduced to codes: an open connection, or why there is none.
    private static func secondAttempt(_ configuration: PostgresConfiguration) -> (OpaquePointer?, SQLState?) {
        guard let connection = withKeywords(of: configuration, { PQconnectStartParams($0, $1, 1) }) else {
            return (nil, nil)
        }
        PQsetErrorVerbosity(connection, PQERRORS_SQLSTATE)
        let deadline = ContinuousClock.now + configuration.connectTimeout
        var state = PQstatus(connection) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        while state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING {
            let interest = state == PGRES_POLLING_READING ? POLLIN : POLLOUT
            var descriptor = pollfd(fd: PQsocket(connection), events: Int16(interest), revents: 0)
            let remaining = (deadline - ContinuousClock.now).wholeMilliseconds()
            guard remaining > 0, poll(&descriptor, 1, remaining) != 0 else { break }
            state = PQconnectPoll(connection)
        }
        if state == PGRES_POLLING_OK {
            PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
            return (connection, nil)
        }
        defer { PQfinish(connection) }
        return (nil, sqlState(in: message(of: connection)))
    }

    /// The last code in libpq's messages, one of `…: FATAL:  28P01` per host; `nil` if no server sent one.
    static func sqlState(in message: String) -> SQLState? {
        let codes = message.split(separator: "; ").compactMap { line -> String? in
            guard let severity = line.firstRange(of: ":  ") else { return nil }
            let code = line[severity.upperBound...]
            return code.utf8.count == 5 ? String(code) : nil
        }
        return codes.last.map(SQLState.init)
    }

    /// Lends libpq's two arrays of keywords and values, each with a null pointer at its end.
    static func withKeywords<Value>(
        of configuration: PostgresConfiguration,
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        let parameters = ConnectionString.parameters(for: configuration)
        let keywords = parameters.map { strdup($0.keyword) }
        let values = parameters.map { strdup($0.value) }
        defer { for pointer in keywords + values { free(pointer) } }
        let end: UnsafePointer<CChar>? = nil
        return body(keywords.map { UnsafePointer($0) } + [end], values.map { UnsafePointer($0) } + [end])
    }
}
