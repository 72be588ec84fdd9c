import EmbeddedPostgres
import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(10))) struct MultiHostTests {
    private func answer(_ url: String) async throws -> Int? {
        var configuration = try PostgresConfiguration(url: url)
        configuration.acquireTimeout = .seconds(30)
        let pool = PostgresPool(configuration)
        let port = try await pool.one(String.self, "SELECT current_setting('port')").flatMap { Int($0) }
        await pool.close()
        return port
    }

    @Test func theNextHostIsTakenWhenTheFirstIsDead() async throws {
        let cluster = try await SharedCluster.shared.cluster()
        let hosts = "127.0.0.1:1,127.0.0.1:\(cluster.port)"
        #expect(try await answer("postgresql://postgres@\(hosts)/postgres") == cluster.port)
        #expect(
            try await answer("host=/tmp/fr-none,127.0.0.1 port=1,\(cluster.port) user=postgres dbname=postgres")
                == cluster.port)
    }

    @Test func theWritableHostIsTaken() async throws {
        let cluster = try await SharedCluster.shared.cluster()
        let readOnly = try await EmbeddedCluster.start(
            EmbeddedClusterOptions(listensOnTCP: true, settings: ["default_transaction_read_only": "on"]))
        let url = "postgresql://postgres@127.0.0.1:\(readOnly.port),127.0.0.1:\(cluster.port)/postgres"
        #expect(try await answer(url) == readOnly.port)
        #expect(try await answer(url + "?target_session_attrs=read-write") == cluster.port)
        await readOnly.stop()
    }

    @Test func defaultsGiveWayToTheURL() throws {
        func parameters(_ url: String) throws -> [(keyword: String, value: String)] {
            ConnectionString.parameters(for: try PostgresConfiguration(url: url))
        }
        let names = try parameters("host=h").map(\.keyword)
        let url = try #require(names.firstIndex(of: "dbname"))
        for name in ["connect_timeout", "tcp_user_timeout", "keepalives_idle", "fallback_application_name"] {
            #expect(try #require(names.firstIndex(of: name)) < url, "what stands before the URL is overridden by it")
        }
        #expect(try #require(names.firstIndex(of: "client_encoding")) > url)
        #expect(try PostgresConfiguration(url: "host=a,b connect_timeout=7").setting("connect_timeout") == "7")
        #expect(try PostgresConfiguration(url: "host=a password=x").setting("password") == nil)
    }

    @Test func theURLsOwnSettingsReachTheServer() async throws {
        let cluster = try await SharedCluster.shared.cluster()
        let pool = PostgresPool(
            try PostgresConfiguration(url: cluster.url() + "?application_name=mine&client_encoding=LATIN1"))
        #expect(try await pool.one(String.self, "SELECT current_setting('application_name')") == "mine")
        #expect(try await pool.one(String.self, "SELECT current_setting('client_encoding')") == "UTF8")
        await pool.close()
    }
}
