import FoundationEssentials
import Glibc

/// The private directory of a cluster: `/tmp/fr-XXXXXX` with its data, its log and its socket.
///
/// It lies directly below /tmp because the path of a Unix socket may have 107 bytes at most. The file `owner` names
/// the process that made it, so that the next start can clear away what a dead one left.
struct ClusterDirectory: Sendable {
    let path: String

    var data: String { path + "/data" }
    var log: String { path + "/log" }
    private var owner: String { path + "/owner" }
    private static let parent = "/tmp"
    private static let prefix = "fr-"

    /// Makes a directory that only `user` and root can enter.
    ///
    /// - Throws: ``EmbeddedPostgresError/fileSystem(path:code:)``.
    static func create(for user: ServerUser) throws(EmbeddedPostgresError) -> ClusterDirectory {
        var template = Array("\(parent)/\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .fileSystem(path: parent, code: errno) }
        let directory = ClusterDirectory(
            path: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        let started = ProcessTable.entry(of: getpid())?.started ?? ""
        let isWritten = FileManager.default.createFile(
            atPath: directory.owner, contents: Data("\(getpid()) \(started)".utf8))
        guard isWritten, chown(directory.path, user.userID, user.groupID) == 0 else {
            let code = errno
            directory.remove()
            throw .fileSystem(path: directory.path, code: code)
        }
        return directory
    }

    /// The postmaster that the data directory names, if it is running.
    var postmaster: pid_t? {
        guard let data = FileManager.default.contents(atPath: data + "/postmaster.pid"),
            let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first,
            let processID = pid_t(line), ProcessTable.isRunning(processID),
            let name = FileManager.default.contents(atPath: "/proc/\(processID)/comm"),
            String(decoding: name, as: UTF8.self).hasPrefix("postgres")
        else { return nil }
        return processID
    }

    /// The end of the log: what a person needs to see why the server did not start.
    func logTail() -> String {
        guard let data = FileManager.default.contents(atPath: log) else { return "" }
        let lines = String(decoding: data.suffix(8192), as: UTF8.self).split(separator: "\n")
        return lines.suffix(12).joined(separator: "\n")
    }

    /// Deletes everything. What cannot be deleted stays for the next start.
    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Stops the servers and deletes the directories of processes that are gone.
    static func removeAbandoned() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let directory = ClusterDirectory(path: "\(parent)/\(name)")
            guard let data = FileManager.default.contents(atPath: directory.owner) else { continue }
            let words = String(decoding: data, as: UTF8.self).split(separator: " ")
            guard words.count == 2, let processID = pid_t(words[0]),
                ProcessTable.entry(of: processID)?.started != String(words[1])
            else { continue }
            if let postmaster = directory.postmaster {
                kill(postmaster, SIGQUIT)
                let deadline = ContinuousClock.now + .seconds(5)
                while ProcessTable.isRunning(postmaster) && ContinuousClock.now < deadline { usleep(20_000) }
                kill(postmaster, SIGKILL)
            }
            directory.remove()
        }
    }
}
