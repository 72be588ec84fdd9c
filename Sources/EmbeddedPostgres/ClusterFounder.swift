import Glibc
import Postgres

/// Makes the directory and the data of a new cluster, on the cluster's thread.
actor ClusterFounder {
    /// What a cluster needs to be started.
    struct Founded: Sendable {
        let programs: ServerPrograms
        let user: ServerUser
        let directory: ClusterDirectory
        let watchdog: Watchdog
        let port: Int
    }

    private let executor: ThreadExecutor

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(executor: ThreadExecutor) {
        self.executor = executor
    }

    /// Clears away what dead processes left and makes the data, by `initdb` or from a primary's backup.
    ///
    /// - Throws: ``EmbeddedPostgresError``; nothing is left behind.
    func found(_ options: EmbeddedClusterOptions) throws(EmbeddedPostgresError) -> Founded {
        ClusterDirectory.removeAbandoned()
        let programs = try ServerPrograms.find()
        let user = try ServerUser.choose()
        let directory = try ClusterDirectory.create(for: user)
        let watchdog: Watchdog
        do throws(EmbeddedPostgresError) {
            watchdog = try Watchdog.start(over: directory)
        } catch {
            directory.remove()
            throw error
        }
        do throws(EmbeddedPostgresError) {
            if let primary = options.primary {
                try copy(primary, to: directory, programs, user)
            } else {
                try initialise(directory, programs, user)
            }
            try prependAuthentication(options.authenticationRules, in: directory)
            let port = options.listensOnTCP ? FreePort.find() : 5432
            guard let port else { throw .fileSystem(path: "a TCP port of 127.0.0.1", code: EADDRNOTAVAIL) }
            return Founded(programs: programs, user: user, directory: directory, watchdog: watchdog, port: port)
        } catch {
            directory.remove()
            watchdog.end()
            throw error
        }
    }

    private func initialise(
        _ directory: ClusterDirectory, _ programs: ServerPrograms, _ user: ServerUser
    ) throws(EmbeddedPostgresError) {
        let arguments = [
            programs.initdb, "-D", directory.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        ]
        let initdb = try ChildProcess.spawn(user.prefix + arguments, in: directory.path, output: directory.log)
        guard initdb.wait() == 0 else { throw .failed(program: "initdb", log: directory.logTail()) }
    }

    private func copy(
        _ primary: EmbeddedClusterOptions.Primary, to directory: ClusterDirectory, _ programs: ServerPrograms,
        _ user: ServerUser
    ) throws(EmbeddedPostgresError) {
        let arguments =
            [
                programs.directory + "/pg_basebackup", "-d", primary.connection, "-D", directory.data, "-c", "fast",
                "-X", "stream", "--write-recovery-conf", "--no-sync",
            ] + (primary.slot.map { ["--slot", $0] } ?? [])
        let backup = try ChildProcess.spawn(user.prefix + arguments, in: directory.path, output: directory.log)
        guard backup.wait() == 0 else { throw .failed(program: "pg_basebackup", log: directory.logTail()) }
    }

    private func prependAuthentication(
        _ rules: [String], in directory: ClusterDirectory
    ) throws(EmbeddedPostgresError) {
        guard !rules.isEmpty else { return }
        try TextFile.prepend(rules, to: directory.data + "/pg_hba.conf")
    }
}
