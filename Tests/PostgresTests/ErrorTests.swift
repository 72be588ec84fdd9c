import EmbeddedPostgres
import TestSupport
import Testing

@testable import Postgres

@Suite(.emptyDatabase, .timeLimit(.minutes(10))) struct ErrorTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private let secret = "ivanov@example.ru"

    @Test func descriptionsHoldNoValues() async throws {
        try await pool.run("CREATE TABLE buyer (email text CONSTRAINT buyer_email_key UNIQUE, n int)")
        let insert = Statement("add_buyer", "INSERT INTO buyer VALUES ($1, $2::text::int)")
        try await pool.execute(insert, [.text(secret), .text("1")])
        let duplicate = try #require(
            await #expect(throws: PostgresError.self) {
                try await pool.execute(insert, [.text(secret), .text("1")])
            })
        #expect("\(duplicate)" == "SQLSTATE 23505 in add_buyer, constraint buyer_email_key")
        #expect(duplicate.table == "buyer")
        #expect(!duplicate.debugDescription.contains(secret))

        let bad = try #require(
            await #expect(throws: PostgresError.self) {
                try await pool.execute(insert, [.text("other"), .text(secret)])
            })
        #expect(bad.sqlState?.code == "22P02")
        #expect(!"\(bad)".contains(secret))
        #expect(bad.debugDescription.contains(secret), "the server's message is kept for the debugger")
    }

    @Test func noticesGoToTheirHandler() async throws {
        let heard = Notebook<PostgresNotice>()
        let other = try TestDatabase.current.pool { configuration in
            configuration.onNotice = { notice in heard.add(notice) }
        }
        try await other.run("DO $$ BEGIN RAISE WARNING 'look out'; END $$")
        let notices = heard.notes
        #expect(notices == [PostgresNotice(severity: "WARNING", sqlState: SQLState("01000"), message: "look out")])
        await other.close()
    }

    @Test(arguments: [
        "postgresql://u:hunter2@h/db?sslmode=", "host=h password='hunter2", "postgresql://u:hunter2@[::1/db",
    ])
    func passwordsAreNotShown(url: String) throws {
        do {
            let configuration = try PostgresConfiguration(url: url)
            #expect(!"\(configuration)".contains("hunter2"))
            #expect(!String(reflecting: configuration).contains("hunter2"))
            var dumped = ""
            dump(configuration, to: &dumped)
            #expect(!dumped.contains("hunter2"))
        } catch {
            #expect(error.kind == .configuration)
            #expect(!String(reflecting: error).contains("hunter2"))
        }
    }

    @Test(
        arguments: [
            (#"connection to server at "127.0.0.1", port 5432 failed: FATAL:  28P01"#, "28P01"),
            (#"to server on socket "/s" failed: FATAL:  57P03; to server at "h", port 42000 failed: refused"#, "57P03"),
            (
                #"to server on socket "/s" failed: ВАЖНО:  57P03; to server at "h", port 1 failed: ВАЖНО:  3D000"#,
                "3D000"
            ),
            (#"connection to server at "127.0.0.1", port 28000 failed: Connection refused"#, nil), ("", nil),
        ] as [(String, String?)])
    func theCodeOfARefusalIsFoundInLibpqsWords(message: String, code: String?) {
        #expect(Session.sqlState(in: message)?.code == code)
    }

    @Test func aRefusedLoginIsFinalAndQuick() async throws {
        let rule = "host all secretive 127.0.0.1/32 scram-sha-256"
        let cluster = try await EmbeddedCluster.start(
            EmbeddedClusterOptions(listensOnTCP: true, authenticationRules: [rule]))
        let admin = PostgresPool(try PostgresConfiguration(url: cluster.url()))
        try await admin.run("CREATE ROLE secretive LOGIN PASSWORD 'right'")
        await admin.close()
        for (password, state) in [("wrong", "28P01"), ("right", nil)] as [(String, String?)] {
            let url = "postgresql://secretive:\(password)@127.0.0.1:\(cluster.port)/postgres"
            var configuration = try PostgresConfiguration(url: url)
            configuration.acquireTimeout = .seconds(3600)
            let pool = PostgresPool(configuration)
            do throws(PostgresError) {
                #expect(try await pool.one(Int.self, "SELECT 1") == 1)
                #expect(state == nil)
            } catch {
                #expect(error.kind == .connectionFailed)
                #expect(error.sqlState?.code == state)
                #expect(!error.isRetryable)
                #expect(!error.debugDescription.contains(password + "@"))
            }
            await pool.close()
        }
        let missing = PostgresPool(try PostgresConfiguration(url: cluster.url(database: "no_such_database")))
        let error = await #expect(throws: PostgresError.self) { _ = try await missing.one(Int.self, "SELECT 1") }
        #expect(error?.sqlState?.code == "3D000")
        await missing.close()
        await cluster.stop()
    }
}
