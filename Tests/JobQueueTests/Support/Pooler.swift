import FoundationEssentials
import Glibc
import TestSupport

@testable import EmbeddedPostgres

/// A pgbouncer in transaction mode before a test's database, ended with ``stop()``.
struct Pooler {
    private static let program = "/usr/sbin/pgbouncer"
    /// Where everything is installed that tests need, its absence is a fault of theirs and not a reason to pass over them.
    static var isExpected: Bool {
        FileManager.default.isExecutableFile(atPath: program) || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    let url: String
    private let process: ChildProcess
    private let directory: ClusterDirectory

    static func start(for database: TestDatabase) throws -> Pooler {
        let user = try ServerUser.choose()
        let directory = try ClusterDirectory.create(for: user)
        let settings = """
            [databases]
            * = user=postgres host=\(database.cluster.socketDirectory) port=\(database.cluster.port)
            [pgbouncer]
            pool_mode = transaction
            default_pool_size = 3
            auth_type = any
            listen_addr =
            unix_socket_dir = \(directory.path)
            listen_port = 6432
            ignore_startup_parameters = extra_float_digits
            """
        let file = directory.path + "/pgbouncer.ini"
        try Data(settings.utf8).write(to: URL(filePath: file))
        let process = try ChildProcess.spawn(
            user.prefix + [program, file], in: directory.path, output: directory.log)
        let host = directory.path.replacing("/", with: "%2F")
        return Pooler(
            url: "postgresql://postgres@\(host):6432/\(database.name)", process: process, directory: directory)
    }

    func stop() {
        process.signal(SIGKILL)
        _ = process.wait()
        directory.remove()
    }
}
