import FoundationEssentials
import Glibc
import Synchronization

/// A certificate authority of one test process, made by the openssl command in a directory removed at exit.
struct TestAuthority: Sendable {
    /// The certificates it has issued; the raw value names the files.
    enum Certificate: String, CaseIterable {
        case server
        /// For another host.
        case wrongHost = "wrong-host"
        case expired
        /// Its key has ``TestAuthority/keyPassword``.
        case client
    }

    static let keyPassword = "key-pass-91"

    private static let shared = Task { try await TestAuthority() }
    private static let directories = Mutex<[String]>([])

    let directory: String

    static func current() async throws -> TestAuthority { try await shared.value }

    var certificateAuthority: String { "\(directory)/authority.pem" }
    /// Issued by itself.
    var selfSigned: (certificate: String, key: String) { ("\(directory)/self.pem", "\(directory)/self.key") }

    func path(_ certificate: Certificate) -> (certificate: String, key: String) {
        ("\(directory)/\(certificate.rawValue).pem", "\(directory)/\(certificate.rawValue).key")
    }

    private init() async throws {
        var template = Array("/tmp/fiscal-relay-tls-XXXXXX\0".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(command: "mkdtemp") }
        directory = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        Self.directories.withLock { $0.append(directory) }
        atexit {
            for directory in TestAuthority.directories.withLock({ $0 }) {
                try? FileManager.default.removeItem(atPath: directory)
            }
        }
        try await make()
    }

    private func make() async throws {
        let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        try await run(
            ["req", "-x509"] + newKey + ["-nodes", "-keyout", "authority.key", "-out", "authority.pem"]
                + ["-subj", "/CN=Test authority", "-days", "2"])
        try await run(
            ["req", "-x509"] + newKey + ["-nodes", "-keyout", "self.key", "-out", "self.pem"]
                + ["-subj", "/CN=self", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"])
        for certificate in Certificate.allCases {
            let name = certificate.rawValue
            let host = certificate == .wrongHost ? "DNS:other.example.com" : "IP:127.0.0.1"
            let protection = certificate == .client ? ["-passout", "pass:\(Self.keyPassword)"] : ["-nodes"]
            try await run(
                ["req"] + newKey + protection + ["-keyout", "\(name).key", "-out", "\(name).csr"]
                    + ["-subj", "/CN=\(name)", "-addext", "subjectAltName=\(host)"])
            try await run(
                ["x509", "-req", "-in", "\(name).csr", "-CA", "authority.pem", "-CAkey", "authority.key"]
                    + ["-CAcreateserial", "-copy_extensions", "copy", "-out", "\(name).pem"]
                    + ["-days", certificate == .expired ? "-1" : "2"])
        }
    }

    /// Runs openssl with paths relative to the directory.
    private func run(_ arguments: [String]) async throws {
        let child = ChildProcess(["sh", "-c", "cd \"$0\" && exec openssl \"$@\"", directory] + arguments)
        if await child.waitForExit() != 0 { throw Failure(command: "openssl \(arguments[0]): \(child.outputText)") }
    }

    private struct Failure: Error {
        let command: String
    }
}
