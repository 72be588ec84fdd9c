import CPostgres
import Glibc

/// One connection to the server. Owns the `PGconn`; used by one thread at a time and never leaves it.
final class Session {
    let connection: OpaquePointer
    let answerTimeout: Duration?
    /// Signalled from elsewhere to give up whatever this session is waiting for.
    let abort: EventDescriptor
    let encoder = ParameterEncoder()
    var statements: StatementCache
    private let notices: NoticeReceiver
    private var isGivenUp = false
    /// The transaction under way was begun READ ONLY.
    var isReadOnly = false

    /// Takes over an open connection.
    init(connection: OpaquePointer, configuration: PostgresConfiguration, abort: EventDescriptor) {
        self.connection = connection
        self.abort = abort
        answerTimeout = configuration.answerTimeout
        statements = StatementCache(mode: configuration.preparedStatements)
        notices = NoticeReceiver(configuration.onNotice)
        notices.install(on: connection)
        PQsetnonblocking(connection, 1)
    }

    deinit {
        PQfinish(connection)
    }

    /// Nothing more can be done on this connection.
    var isBroken: Bool { isGivenUp || notices.heardFarewell }

    /// The server process behind this connection, as the server said at its start; a pooler makes one up.
    var processID: Int32 { PQbackendPID(connection) }

    var isInTransaction: Bool { PQtransactionStatus(connection) != PQTRANS_IDLE }

    /// Whether the connection is still there, as far as can be told without asking the server.
    ///
    /// An idle connection has nothing to read; if it has, that is mostly its end.
    func isAlive() -> Bool {
        guard !isBroken, PQstatus(connection) == CONNECTION_OK else { return false }
        var descriptor = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
        while !isBroken, poll(&descriptor, 1, 0) != 0 {
            if PQconsumeInput(connection) == 0 || PQstatus(connection) != CONNECTION_OK { markBroken() }
            _ = PQisBusy(connection)  // takes a farewell of the server to the notices
        }
        return !isBroken
    }

    func markBroken() {
        isGivenUp = true
    }

    /// Runs one statement with parameters and returns its answer with binary values.
    ///
    /// - Throws: ``PostgresError``. Inside a transaction a lost connection means that nothing is committed; outside,
    ///   that the outcome is unknown.
    func run(_ statement: Statement, _ parameters: [Parameter]) throws(PostgresError) -> QueryResult {
        try checkUsable(statement.name)
        let loss: PostgresError.Kind = isInTransaction ? .connectionLost : .outcomeUnknown
        guard statements.isEnabled(for: self) else {
            encoder.encode(parameters)
            let sent = PQsendQueryParams(
                connection, statement.sql, Int32(parameters.count), encoder.types, encoder.values, encoder.lengths,
                encoder.formats, 1)
            return try answer(to: statement.name, sent: sent == 1, onLoss: loss)
        }
        return try runPrepared(statement, parameters, onLoss: loss)
    }

    /// Runs SQL without parameters, several statements at once if need be; values come back as text.
    func run(
        sql: String, as name: String, onLoss loss: PostgresError.Kind = .connectionLost
    ) throws(PostgresError) -> QueryResult {
        try checkUsable(name)
        return try answer(to: name, sent: PQsendQuery(connection, sql) == 1, onLoss: loss)
    }

    func checkUsable(_ name: String) throws(PostgresError) {
        guard !isBroken else {
            throw PostgresError(.connectionLost, in: name, note: "the connection had been lost before")
        }
    }

    /// Reads results up to the last and returns it, or throws the first error among them.
    func answer(to name: String, sent: Bool, onLoss loss: PostgresError.Kind) throws(PostgresError) -> QueryResult {
        guard sent else { throw lost(name, as: loss) }
        var last: OpaquePointer?
        var failure: PostgresError?
        while true {
            do throws(PostgresError) {
                try awaitResult(for: name, onLoss: loss)
            } catch {
                PQclear(last)
                throw error
            }
            guard let result = PQgetResult(connection) else { break }
            switch PQresultStatus(result) {
            case PGRES_COPY_IN where PQputCopyEnd(connection, "no data was to be sent") < 0, PGRES_COPY_OUT,
                PGRES_COPY_BOTH:
                isGivenUp = true
            case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
                failure = failure ?? self.failure(in: result, name, onLoss: loss)
                PQclear(result)
                continue
            default: break
            }
            PQclear(last)
            last = result
            if isBroken { break }
        }
        if PQstatus(connection) != CONNECTION_OK { isGivenUp = true }
        guard failure == nil, let last, !isBroken else {
            PQclear(last)
            throw failure ?? lost(name, as: loss)
        }
        return QueryResult(pointer: last)
    }

    /// Sends what is left and waits until a result can be read without blocking.
    ///
    /// - Throws: ``PostgresError`` of kind `loss`, the session being broken, when the answer takes too long or the
    ///   wait was aborted. A connection that ended is left for `PQgetResult` to report.
    func awaitResult(for name: String, onLoss loss: PostgresError.Kind) throws(PostgresError) {
        let deadline = answerTimeout.map { ContinuousClock.now + $0 }
        while true {
            let unsent = PQflush(connection)
            if unsent == 0 && PQisBusy(connection) == 0 || unsent < 0 { return }
            let interest = Int16(unsent == 1 ? POLLIN | POLLOUT : POLLIN)
            switch SocketWait.wait(on: PQsocket(connection), for: interest, or: abort, until: deadline) {
            case .ready: if PQconsumeInput(connection) == 0 { return }
            case .timedOut:
                isGivenUp = true
                throw PostgresError(loss, in: name, note: "no answer in time")
            case .aborted:
                isGivenUp = true
                throw PostgresError(loss, in: name, note: "given up at shutdown")
            }
        }
    }
}
