import HTTPTransport

/// A TLS server: the openssl command, one connection at a time.
struct TLSServer {
    let port: Int
    let child: ChildProcess

    var url: String { "https://127.0.0.1:\(port)/" }

    /// Starts the server; one that is not `answering` every GET with a page leaves the answers to the test.
    /// - Throws: When it does not say where it listens.
    init(
        certificate: String, key: String, answering: Bool, options: [String] = []
    ) async throws {
        child = ChildProcess(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key]
                + (answering ? ["-www"] : []) + options)
        // Printed in one piece with its line end.
        guard await child.waitForOutput("ACCEPT 127.0.0.1:"),
            let line = child.outputText.split(separator: "\n").first(where: { $0.hasPrefix("ACCEPT") }),
            let port = line.split(separator: ":").last.flatMap({ Int($0) })
        else { throw NoServer(output: child.outputText) }
        self.port = port
    }

    private struct NoServer: Error {
        let output: String
    }
}

/// Runs `body` with a TLS server of this certificate and ends it.
func withTLSServer(
    _ paths: (certificate: String, key: String), answering: Bool = true, options: [String] = [],
    _ body: (TLSServer, HTTPTransport) async throws -> Void
) async throws {
    let server = try await TLSServer(
        certificate: paths.certificate, key: paths.key, answering: answering, options: options)
    do {
        try await withTransport { try await body(server, $0) }
    } catch {
        await server.child.kill()
        throw error
    }
    await server.child.kill()
}
