import CPostgres
import Synchronization

/// One connection to the server, on a thread of its own where libpq may block.
///
/// ``close()`` ends it. Most code wants a ``PostgresPool``; this is for work that needs one connection to itself.
package actor Connection {
    private let executor: ThreadExecutor
    private let configuration: PostgresConfiguration
    private let abort = EventDescriptor()
    private let canceller = Mutex<Canceller?>(nil)
    private var session: Session?

    /// `nonisolated(unsafe)`-free handle by which another thread asks the server to stop: libpq allows `PQcancel` from
    /// any thread, and the handle is freed once, in `deinit`.
    private struct Canceller: ~Copyable, @unchecked Sendable {
        let pointer: OpaquePointer

        deinit { PQfreeCancel(pointer) }
    }

    nonisolated package var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init(_ configuration: PostgresConfiguration) {
        self.configuration = configuration
        executor = ThreadExecutor(name: "pg-connection")
    }

    /// Connects.
    ///
    /// - Throws: ``PostgresError`` of kind `connectionFailed` after one attempt at each host.
    package static func open(_ configuration: PostgresConfiguration) async throws(PostgresError) -> Connection {
        let connection = Connection(configuration)
        do throws(PostgresError) {
            try await connection.connect()
        } catch {
            await connection.executor.stop()
            throw error
        }
        return connection
    }

    private func connect() throws(PostgresError) {
        let session = try Session.open(configuration, abort: abort)
        if let pointer = PQgetCancel(session.connection) {
            canceller.withLock { $0 = Canceller(pointer: pointer) }
        }
        self.session = session
    }

    /// What became of one visit to the connection's thread.
    enum Visit<Value: Sendable>: Sendable {
        /// The connection was found dead before anything was sent: the body did not run.
        case stale
        /// The body ran; `isReusable` says whether the connection may serve others.
        case done(Result<Value, PostgresError>, isReusable: Bool)
    }

    /// Runs `body` on the connection's thread, unless the connection died while it was idle.
    func visit<Value: Sendable>(
        _ body: @Sendable (Session) throws(PostgresError) -> Value
    ) -> Visit<Value> {
        guard let session, session.isAlive() else { return .stale }
        let result: Result<Value, PostgresError>
        do throws(PostgresError) {
            result = .success(try body(session))
        } catch {
            result = .failure(error)
        }
        session.rollBack()  // a body that left a transaction open leaves none to the next user
        return .done(result, isReusable: !session.isBroken)
    }

    /// Lends the connection to a synchronous body on its thread.
    ///
    /// - Throws: What `body` throws; ``PostgresError`` of kind `closed` or `connectionLost` if there is none any more.
    package func withConnection<Value: Sendable>(
        _ body: @Sendable (borrowing BorrowedConnection) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        guard let session else { throw PostgresError(.closed, in: "connection") }
        return try body(BorrowedConnection(session: session))
    }

    /// Runs `body` between BEGIN and COMMIT, in one visit to the connection's thread.
    ///
    /// - Throws: ``PostgresError``; nothing is committed then, unless it is `outcomeUnknown`.
    package func withTransaction<Value: Sendable>(
        _ options: TransactionOptions = TransactionOptions(),
        _ body: @Sendable (borrowing Transaction) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        guard let session else { throw PostgresError(.closed, in: "connection") }
        return try session.withTransaction(options, body)
    }

    /// Runs a query and decodes every row.
    ///
    /// - Throws: ``PostgresError``; `outcomeUnknown` if the connection is lost while the statement runs.
    package func query<Value: Sendable>(
        _ statement: Statement, _ parameters: [Parameter] = [],
        _ decode: @Sendable (borrowing Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> [Value] {
        guard let session else { throw PostgresError(.closed, in: statement.name) }
        return try session.query(statement, parameters, decode)
    }

    /// Runs a statement for its effect.
    ///
    /// - Returns: How many rows it inserted, changed, deleted or returned.
    /// - Throws: ``PostgresError``; `outcomeUnknown` if the connection is lost while the statement runs.
    @discardableResult
    package func execute(_ statement: Statement, _ parameters: [Parameter] = []) throws(PostgresError) -> Int {
        guard let session else { throw PostgresError(.closed, in: statement.name) }
        return try session.execute(statement, parameters)
    }

    /// Ends the connection and its thread. Nothing may use it any more.
    package nonisolated func close() async {
        await disconnect()
        await executor.stop()
    }

    private func disconnect() {
        session = nil
    }

    /// Gives up what the connection is doing, from outside its thread: the server is asked to stop, the waiting call
    /// throws, and the connection is of no more use.
    ///
    /// `PQcancel` opens a connection of its own and blocks, so it gets a thread.
    nonisolated func giveUp() {
        NamedThread.start("pg-cancel") { [self] in
            canceller.withLock { canceller in
                guard let pointer = canceller?.pointer else { return }
                var message = [CChar](repeating: 0, count: 256)
                PQcancel(pointer, &message, Int32(message.count))
            }
            abort.signal()
        }
        abort.signal()
    }
}
