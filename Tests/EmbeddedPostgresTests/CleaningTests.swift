import FoundationEssentials
import Glibc
import Postgres
import TestSupport
import Testing

@testable import EmbeddedPostgres

@Suite(.timeLimit(.minutes(10))) struct CleaningTests {
    /// A server process that is ours alone, in a directory of its own.
    private func startServer(in directory: ClusterDirectory, _ user: ServerUser) throws -> ChildProcess {
        let programs = try ServerPrograms.find()
        let initdb = try ChildProcess.spawn(
            user.prefix + [programs.initdb, "-D", directory.data, "-A", "trust", "--no-sync"], in: directory.path,
            output: directory.log)
        #expect(initdb.wait() == 0)
        return try ChildProcess.spawn(
            user.prefix + [
                programs.postgres, "-D", directory.data, "-c", "listen_addresses=", "-c",
                "unix_socket_directories=\(directory.path)",
            ], in: directory.path, output: directory.log)
    }

    /// What the watchdog does when its line to us is cut, as it is when this process dies.
    @Test func theWatchdogEndsTheServerAndDeletesItsData() async throws {
        let user = try ServerUser.choose()
        let directory = try ClusterDirectory.create(for: user)
        let watchdog = try Watchdog.start(over: directory)
        let server = try startServer(in: directory, user)
        try await eventually { directory.postmaster == server.processID }
        watchdog.cutLine()
        try await eventually { server.hasEnded() }
        try await eventually { !FileManager.default.fileExists(atPath: directory.path) }
    }

    @Test func whatADeadProcessLeftIsClearedAwayByTheNextStart() async throws {
        let user = try ServerUser.choose()
        let directory = try ClusterDirectory.create(for: user)
        let server = try startServer(in: directory, user)
        try await eventually { directory.postmaster == server.processID }
        ClusterDirectory.removeAbandoned()
        #expect(directory.postmaster == server.processID, "its owner, this process, lives")
        // The number of this process with another start time: a process that is gone, whose number was given again.
        try Data("\(getpid()) 1".utf8).write(to: URL(filePath: directory.path + "/owner"))
        let reaper = Task { try await eventually { server.hasEnded() } }
        await BlockingTask.run { ClusterDirectory.removeAbandoned() }
        try await reaper.value
        #expect(!FileManager.default.fileExists(atPath: directory.path))
    }
}

/// Runs a blocking function on a thread of its own.
private enum BlockingTask {
    static func run(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            NamedThread.start("test-blocking") {
                body()
                continuation.resume()
            }
        }
    }
}
