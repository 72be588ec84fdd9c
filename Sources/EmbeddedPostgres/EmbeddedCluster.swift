import Glibc
import Postgres

/// A PostgreSQL cluster of this process's own, for the demonstration, development and tests.
///
/// It lives in a private directory below /tmp, runs as an ordinary user even when we are root, trusts whoever reaches
/// it, and is gone with everything in it after ``stop()`` or the end of this process, however it comes.
/// All that blocks happens on a thread of its own.
package actor EmbeddedCluster {
    /// How to end the server's processes for a crash test.
    package enum Crash: Hashable, Sendable {
        /// SIGQUIT: the server's "immediate" shutdown, which recovers at the next start.
        case immediate
        /// SIGKILL to every process of the server, as the kernel does when memory runs out.
        case kill
    }

    private let executor: ThreadExecutor
    private let options: EmbeddedClusterOptions
    let programs: ServerPrograms
    let user: ServerUser
    let directory: ClusterDirectory
    private let watchdog: Watchdog
    private(set) var server: ChildProcess?
    /// The TCP port, or the number that stands for it in the socket's name.
    nonisolated package let port: Int
    /// Databases are made and dropped through these.
    nonisolated let administration: PostgresPool

    nonisolated package var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes a cluster and starts it; returns when it accepts connections.
    ///
    /// - Throws: ``EmbeddedPostgresError``; nothing is left behind.
    package static func start(
        _ options: EmbeddedClusterOptions = EmbeddedClusterOptions()
    ) async throws(EmbeddedPostgresError) -> EmbeddedCluster {
        let executor = ThreadExecutor(name: "embedded-pg")
        let founder = ClusterFounder(executor: executor)
        do throws(EmbeddedPostgresError) {
            let founded = try await founder.found(options)
            let cluster = try EmbeddedCluster(founded, options, executor)
            do throws(EmbeddedPostgresError) {
                try await cluster.launch()
            } catch {
                await cluster.clearAway()
                throw error
            }
            return cluster
        } catch {
            await executor.stop()
            throw error
        }
    }

    private init(
        _ founded: ClusterFounder.Founded, _ options: EmbeddedClusterOptions, _ executor: ThreadExecutor
    ) throws(EmbeddedPostgresError) {
        self.executor = executor
        self.options = options
        programs = founded.programs
        user = founded.user
        directory = founded.directory
        watchdog = founded.watchdog
        port = founded.port
        do throws(PostgresError) {
            let url = Self.socketURL(directory: founded.directory.path, port: founded.port, "postgres", "postgres")
            var configuration = try PostgresConfiguration(url: url, applicationName: "embedded-postgres")
            configuration.poolSize = 2
            configuration.acquireTimeout = .seconds(60)
            administration = PostgresPool(configuration)
        } catch {
            throw .database("\(error)")
        }
    }

    /// The address of a database by the Unix socket, good for libpq.
    package nonisolated func url(database: String = "postgres", user: String = "postgres") -> String {
        Self.socketURL(directory: directory.path, port: port, database, user)
    }

    /// The address of a database by TCP; only with ``EmbeddedClusterOptions/listensOnTCP``.
    package nonisolated func tcpURL(database: String = "postgres", user: String = "postgres") -> String {
        "postgresql://\(user)@127.0.0.1:\(port)/\(database)"
    }

    /// The directory of the Unix socket, as libpq's `host`.
    package nonisolated var socketDirectory: String { directory.path }

    private static func socketURL(directory: String, port: Int, _ database: String, _ user: String) -> String {
        let host = directory.split(separator: "/").map { "%2F" + $0 }.joined()
        return "postgresql://\(user)@\(host):\(port)/\(database)"
    }

    /// Ends the server at once but in order (a "fast" shutdown), deletes its data and ends the thread.
    ///
    /// Nothing may use the cluster any more.
    package nonisolated func stop() async {
        await administration.close(grace: .zero)
        await clearAway()
        await executor.stop()
    }

    private func clearAway() {
        end(with: SIGINT, patience: .seconds(20))
        directory.remove()
        watchdog.end()
    }

    /// Ends the server the hard way; the data stays. Returns when no process of it is left, and whether there was one.
    @discardableResult package func crash(_ crash: Crash = .kill) -> Bool {
        guard let server else { return false }
        let children = ProcessTable.children(of: server.processID)
        switch crash {
        case .immediate: end(with: SIGQUIT, patience: .seconds(20))
        case .kill:
            end(with: SIGKILL, patience: .seconds(20))
            for child in children { kill(child, SIGKILL) }
        }
        let deadline = ContinuousClock.now + .seconds(20)
        while children.contains(where: ProcessTable.isRunning), ContinuousClock.now < deadline { usleep(2000) }
        return true
    }

    /// Ends the server at once but in order (a "fast" shutdown); the data stays. Returns when it is gone, and whether
    /// there was one.
    @discardableResult package func halt() -> Bool {
        let wasThere = server != nil
        end(with: SIGINT, patience: .seconds(20))
        return wasThere
    }

    /// Starts the server again on the same data and address, ending it in order before if it runs.
    ///
    /// Returns when it accepts connections, recovery included.
    /// - Throws: ``EmbeddedPostgresError``.
    package func restart() throws(EmbeddedPostgresError) {
        end(with: SIGINT, patience: .seconds(20))
        try launch()
    }

    /// Holds every process of the server still (SIGSTOP), as on a machine that hangs: its sockets stay open.
    package func suspend() {
        guard let server else { return }
        for process in [server.processID] + ProcessTable.children(of: server.processID) { kill(process, SIGSTOP) }
    }

    /// Lets a suspended server go on.
    package func resume() {
        guard let server else { return }
        for process in ProcessTable.children(of: server.processID) + [server.processID] { kill(process, SIGCONT) }
    }

    /// Ends the server's processes, if it runs.
    func end(with signal: Int32, patience: Duration) {
        guard let server else { return }
        server.signal(signal)
        if signal != SIGKILL { resume() }  // a suspended server, and each process of it, hears it only then
        if !server.waitForEnd(within: patience) {
            server.signal(SIGKILL)
            _ = server.wait()
        }
        self.server = nil
    }

    /// Starts the server; returns when it accepts connections.
    func launch() throws(EmbeddedPostgresError) {
        let settings = options.serverSettings(socketDirectory: directory.path, port: port)
        let arguments = settings.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
        let server = try ChildProcess.spawn(
            user.prefix + [programs.postgres, "-D", directory.data] + arguments, in: directory.path,
            output: directory.log)
        self.server = server
        let deadline = ContinuousClock.now + options.startTimeout
        while ServerPing.ask(administration.configuration) != .accepting {
            if server.hasEnded() {
                self.server = nil
                throw .notReady(log: directory.logTail())
            }
            guard ContinuousClock.now < deadline else { throw .notReady(log: directory.logTail()) }
            usleep(10_000)
        }
    }
}
