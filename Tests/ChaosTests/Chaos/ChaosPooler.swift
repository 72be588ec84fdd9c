import FoundationEssentials
import Glibc

@testable import EmbeddedPostgres

/// A pgbouncer in transaction mode, on a TCP port, that can be killed and started again.
struct ChaosPooler: Sendable {
    static let program = "/usr/sbin/pgbouncer"

    let port: Int
    private let directory: String
    private let user: ServerUser

    /// Writes its settings into a directory below `parent`; connects to the server on `server` of this machine.
    init?(in parent: String, server: Int, login: String) throws {
        guard FileManager.default.isExecutableFile(atPath: Self.program), let port = FreePort.find() else { return nil }
        self.port = port
        user = try ServerUser.choose()
        directory = parent + "/pgbouncer"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        _ = chown(directory, user.userID, user.groupID)
        let settings = """
            [databases]
            relay = user=\(login) host=127.0.0.1 port=\(server)
            [pgbouncer]
            pool_mode = transaction
            default_pool_size = 6
            server_login_retry = 1
            auth_type = any
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            ignore_startup_parameters = extra_float_digits
            """
        try Data(settings.utf8).write(to: URL(filePath: directory + "/pgbouncer.ini"))
    }

    func start() throws -> ChildProcess {
        try ChildProcess.spawn(
            user.prefix + [Self.program, directory + "/pgbouncer.ini"], in: directory, output: directory + "/log")
    }
}
