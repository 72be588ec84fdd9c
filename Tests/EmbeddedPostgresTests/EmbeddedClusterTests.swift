import EmbeddedPostgres
import FoundationEssentials
import Glibc
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct EmbeddedClusterTests {
    private let count = Statement("count", "SELECT count(*) FROM kept")

    private func pool(_ url: String) throws -> PostgresPool {
        var configuration = try PostgresConfiguration(url: url)
        configuration.poolSize = 1
        configuration.acquireTimeout = .seconds(30)
        return PostgresPool(configuration)
    }

    @Test func startsStopsAndLeavesNothing() async throws {
        let cluster = try await EmbeddedCluster.start(EmbeddedClusterOptions(listensOnTCP: true))
        let directory = cluster.socketDirectory
        #expect(directory.utf8.count < 60)
        for url in [cluster.url(), cluster.tcpURL()] {
            let pool = try pool(url)
            let answer = try await pool.query(Statement("one", "SELECT 1")) { row throws(PostgresError) in
                try row.get(Int.self, 0)
            }
            #expect(answer == [1])
            await pool.close()
        }
        await cluster.stop()
        #expect(!FileManager.default.fileExists(atPath: directory))
    }

    /// What the server inherits stays open when its owner closes it: the far end would wait for ever.
    @Test func theServerHoldsNoDescriptorOfOurs() async throws {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        let cluster = try await EmbeddedCluster.start()
        let pidFile = try String(contentsOfFile: cluster.socketDirectory + "/data/postmaster.pid", encoding: .utf8)
        let ours = try ends.map { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)") }
        let table = "/proc/\(try #require(pidFile.split(separator: "\n").first))/fd"
        let theirs = try FileManager.default.contentsOfDirectory(atPath: table)
            .compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(table)/\($0)") }
        await cluster.stop()
        #expect(!theirs.isEmpty)
        #expect(Set(theirs).isDisjoint(with: ours))
    }

    @Test func theServerIsNotRoot() async throws {
        let cluster = try await SharedCluster.shared.cluster()
        var status = stat()
        #expect(stat(cluster.socketDirectory + "/data", &status) == 0)
        #expect(status.st_uid != 0)
    }

    @Test(arguments: [EmbeddedCluster.Crash.kill, .immediate]) func whatWasCommittedSurvivesACrash(
        crash: EmbeddedCluster.Crash
    ) async throws {
        let cluster = try await EmbeddedCluster.start()
        let pool = try pool(cluster.url())
        try await pool.execute(Statement("create", "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n"))
        await cluster.crash(crash)
        try await cluster.restart()
        let rows = try await pool.query(count) { row throws(PostgresError) in try row.get(Int.self, 0) }
        #expect(rows == [1000])
        await pool.close()
        await cluster.stop()
    }

    @Test func databasesAreCopiedAndDropped() async throws {
        let cluster = try await SharedCluster.shared.cluster()
        try await cluster.createDatabase("first \"quoted\"")
        let error = await #expect(throws: PostgresError.self) {
            try await cluster.createDatabase("first \"quoted\"")
        }
        #expect(error?.sqlState?.code == "42P04")
        try await cluster.dropDatabase("first \"quoted\"")
        try await cluster.dropDatabase("first \"quoted\"")
    }

    @Test func aServerThatCannotStartSaysWhy() async throws {
        let error = await #expect(throws: EmbeddedPostgresError.self) {
            _ = try await EmbeddedCluster.start(EmbeddedClusterOptions(settings: ["no_such_setting": "1"]))
        }
        #expect("\(try #require(error))".contains("no_such_setting"))
    }
}
