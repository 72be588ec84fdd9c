import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import EmbeddedPostgres
@testable import Postgres

/// A server that shows a certificate: it is talked to only if the certificate is its own.
@Suite(.timeLimit(.minutes(5))) struct ServerCertificateTests {
    private struct Attempt: Sendable {
        let host: String
        let mode: String
        let authority: String
        let isTaken: Bool
    }

    private static let attempts = [
        Attempt(host: "127.0.0.1", mode: "verify-full", authority: "authority", isTaken: true),
        // The certificate is for the address, not for the name.
        Attempt(host: "localhost", mode: "verify-full", authority: "authority", isTaken: false),
        Attempt(host: "localhost", mode: "verify-ca", authority: "authority", isTaken: true),
        Attempt(host: "127.0.0.1", mode: "verify-full", authority: "stranger", isTaken: false),
        Attempt(host: "127.0.0.1", mode: "verify-ca", authority: "stranger", isTaken: false),
        Attempt(host: "127.0.0.1", mode: "verify-full", authority: "nowhere", isTaken: false),
    ]

    @Test func onlyTheServersOwnCertificateIsTaken() async throws {
        try await withCertificates { directory in
            let options = EmbeddedClusterOptions(
                listensOnTCP: true,
                settings: [
                    "ssl": "on", "ssl_cert_file": "\(directory)/server.pem", "ssl_key_file": "\(directory)/server.key",
                ])
            let cluster = try await EmbeddedCluster.start(options)
            for attempt in Self.attempts {
                let url = """
                    host=\(attempt.host) hostaddr=127.0.0.1 port=\(cluster.port) user=postgres password=hunter2 \
                    dbname=postgres sslmode=\(attempt.mode) sslrootcert=\(directory)/\(attempt.authority).pem
                    """
                #expect(try await isEncrypted(url) == (attempt.isTaken ? true : nil), "\(attempt)")
            }
            await cluster.stop()
        }
    }

    /// Whether the session is encrypted; nil: there was none, and nothing of the reason is secret.
    private func isEncrypted(_ url: String) async throws -> Bool? {
        let connection: Connection
        do throws(PostgresError) {
            connection = try await Connection.open(PostgresConfiguration(url: url))
        } catch {
            #expect(error.kind == .connectionFailed)
            #expect(!"\(error) \(String(reflecting: error))".contains("hunter2"))
            return nil
        }
        let statement = Statement("test.ssl", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        let result = try await connection.query(statement, []) { row throws(PostgresError) in
            try row.get(Bool.self, 0)
        }
        await connection.close()
        return result.first
    }

    /// An authority with a certificate for 127.0.0.1, and another that nobody knows.
    private func withCertificates(_ body: (String) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.path() + "fiscal-relay-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let user = try ServerUser.choose()
        let new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        for name in ["authority", "stranger"] {
            try await openssl(new + ["-subj", "/CN=\(name)"], name, directory)
        }
        try await openssl(
            new + ["-subj", "/CN=server", "-addext", "subjectAltName=IP:127.0.0.1"]
                + ["-CA", "authority.pem", "-CAkey", "authority.key"], "server", directory)
        // The server runs as an ordinary user, and takes no key that others could read.
        for path in [directory, "\(directory)/server.pem", "\(directory)/server.key"] {
            #expect(chown(path, user.userID, user.groupID) == 0)
        }
        #expect(chmod("\(directory)/server.key", 0o600) == 0)
        try await body(directory)
    }

    /// Makes `name.pem` and `name.key`.
    private func openssl(_ arguments: [String], _ name: String, _ directory: String) async throws {
        let files = ["-keyout", "\(name).key", "-out", "\(name).pem"]
        let process = try ChildProcess.spawn(
            ["/usr/bin/openssl"] + arguments + files, in: directory, output: "\(directory)/log")
        try await eventually("openssl did not end") { process.hasEnded() }
        try #require(FileManager.default.fileExists(atPath: "\(directory)/\(name).pem"), "openssl made no \(name)")
    }
}
