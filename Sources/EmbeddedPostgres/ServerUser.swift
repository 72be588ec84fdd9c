import FoundationEssentials
import Glibc

/// The user that the server's processes run as: never root, which PostgreSQL refuses.
struct ServerUser: Sendable {
    let userID: uid_t
    let groupID: gid_t
    /// What stands before a command line to run it as this user; nothing if that is who we are.
    let prefix: [String]

    private static let name = "postgres"

    /// This process's own user or, if that is root, `postgres`, which is made if it does not exist.
    ///
    /// - Throws: ``EmbeddedPostgresError``. Blocks while a user is made.
    static func choose() throws(EmbeddedPostgresError) -> ServerUser {
        guard geteuid() == 0 else { return ServerUser(userID: geteuid(), groupID: getegid(), prefix: []) }
        if let user = lookUp() { return user }
        let arguments = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
        let useradd = try ChildProcess.spawn(arguments, in: "/", output: "/dev/null")
        _ = useradd.wait()
        guard let made = lookUp() else { throw .noOrdinaryUser }
        return made
    }

    private static func lookUp() -> ServerUser? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        let setpriv = "/usr/bin/setpriv"
        let prefix =
            FileManager.default.isExecutableFile(atPath: setpriv)
            ? [setpriv, "--reuid=\(entry.pw_uid)", "--regid=\(entry.pw_gid)", "--clear-groups", "--"]
            : ["/usr/sbin/runuser", "-u", name, "--"]
        return ServerUser(userID: entry.pw_uid, groupID: entry.pw_gid, prefix: prefix)
    }
}
