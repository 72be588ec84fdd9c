import HTTPTransport
import Testing

/// Real handshakes against the openssl command.
@Suite(.timeLimit(.minutes(10))) struct TLSTests {
    @Test func knownAuthorityIsAccepted() async throws {
        let authority = try await TestAuthority.current()
        try await withTLSServer(authority.path(.server)) { server, transport in
            let request = HTTPRequest(url: server.url, certificateAuthority: authority.certificateAuthority)
            #expect(await transport.status(of: request) == 200)
        }
    }

    @Test func authorityOfTheConfigurationIsAccepted() async throws {
        let authority = try await TestAuthority.current()
        try await withTLSServer(authority.path(.server)) { server, _ in
            let configuration = HTTPTransportConfiguration(certificateAuthority: authority.certificateAuthority)
            try await withTransport(configuration) { transport in
                #expect(await transport.status(of: HTTPRequest(url: server.url)) == 200)
            }
        }
    }

    @Test(arguments: [TestAuthority.Certificate.wrongHost, .expired])
    func wrongCertificateIsRefused(certificate: TestAuthority.Certificate) async throws {
        let authority = try await TestAuthority.current()
        try await withTLSServer(authority.path(certificate)) { server, transport in
            let request = HTTPRequest(
                method: .post, url: server.url, body: [1], certificateAuthority: authority.certificateAuthority)
            let error = try await transport.failure(of: request)
            #expect(error.kind == .tls)
            #expect(error.reach == .notSent)
            #expect(error.detail.contains(certificate == .expired ? "expired" : "127.0.0.1"), "\(error)")
        }
    }

    @Test func selfSignedAndUnknownAuthorityAreRefused() async throws {
        let authority = try await TestAuthority.current()
        for paths in [authority.selfSigned, authority.path(.server)] {
            try await withTLSServer(paths) { server, transport in
                let error = try await transport.failure(of: HTTPRequest(method: .post, url: server.url, body: [1]))
                #expect(error.kind == .tls)
                #expect(error.reach == .notSent)
            }
        }
    }

    @Test func oldProtocolIsRefused() async throws {
        let authority = try await TestAuthority.current()
        let options = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
        try await withTLSServer(authority.path(.server), options: options) { server, transport in
            let request = HTTPRequest(url: server.url, certificateAuthority: authority.certificateAuthority)
            let error = try await transport.failure(of: request)
            #expect(error.kind == .tls)
            #expect(error.reach == .notSent)
        }
    }

    @Test func missingAuthorityFileIsNotSent() async throws {
        let authority = try await TestAuthority.current()
        try await withTLSServer(authority.path(.server)) { server, transport in
            let request = HTTPRequest(url: server.url, certificateAuthority: "\(authority.directory)/none.pem")
            let error = try await transport.failure(of: request)
            #expect(error.kind == .tls)
            #expect(error.reach == .notSent)
        }
    }

    private static func demandingClient(_ authority: TestAuthority) -> [String] {
        ["-Verify", "1", "-verify_return_error", "-CAfile", authority.certificateAuthority]
    }

    @Test func clientCertificateIsShown() async throws {
        let authority = try await TestAuthority.current()
        let client = authority.path(.client)
        let options = Self.demandingClient(authority)
        try await withTLSServer(authority.path(.server), options: options) { server, transport in
            var request = HTTPRequest(url: server.url, certificateAuthority: authority.certificateAuthority)
            request.clientCertificate = ClientCertificate(
                certificatePath: client.certificate, keyPath: client.key, keyPassword: TestAuthority.keyPassword)
            #expect(await transport.status(of: request) == 200)
        }
    }

    @Test(arguments: ["wrong", nil]) func unreadableClientKeyIsNotSent(password: String?) async throws {
        let authority = try await TestAuthority.current()
        let client = authority.path(.client)
        try await withTLSServer(authority.path(.server)) { server, transport in
            var request = HTTPRequest(url: server.url, certificateAuthority: authority.certificateAuthority)
            request.clientCertificate = ClientCertificate(
                certificatePath: client.certificate, keyPath: client.key, keyPassword: password ?? "")
            let error = try await transport.failure(of: request)
            #expect(error.kind == .tls)
            #expect(error.reach == .notSent)
            #expect(!"\(error)".contains(TestAuthority.keyPassword))
        }
    }

    /// With TLS 1.3 the server's refusal follows the request, with 1.2 it comes before.
    @Test(arguments: [("-tls1_2", TransferError.Reach.notSent), ("-tls1_3", .unknown)])
    func missingClientCertificate(version: String, reach: TransferError.Reach) async throws {
        let authority = try await TestAuthority.current()
        let options = Self.demandingClient(authority) + [version]
        try await withTLSServer(authority.path(.server), options: options) { server, transport in
            let request = HTTPRequest(url: server.url, certificateAuthority: authority.certificateAuthority)
            let error = try await transport.failure(of: request)
            #expect(error.kind == .tls, "\(error)")
            #expect(error.reach == reach)
        }
    }

    /// A TLS server that ends an idle connection leaves a close alert, which libcurl takes for a sign of life.
    @Test func idleConnectionClosedByTLSServerIsReplaced() async throws {
        let authority = try await TestAuthority.current()
        let end = Signal()
        let ended = Signal()
        try await withTLSServer(authority.path(.server), answering: false) { server, transport in
            let relay = RawServer { connection in
                let upstream = Relay(connection.descriptor, to: server.port)
                if connection.number > 1 { return upstream.waitForEnd() }
                end.block()
                connection.send([0x17, 3, 3, 0, 19] + [UInt8](repeating: 0x5A, count: 19))  // as an alert looks outside
                upstream.end()
                ended.fire()
            }
            defer { relay.stop() }
            func request(_ path: String) -> HTTPRequest {
                HTTPRequest(
                    method: .post, url: "https://127.0.0.1:\(relay.port)/\(path)", body: Array("payload".utf8),
                    certificateAuthority: authority.certificateAuthority)
            }
            func answer(_ request: HTTPRequest, marked mark: String) async -> Int? {
                async let status = transport.status(of: request)
                #expect(await server.child.waitForOutput(mark))
                server.child.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                return await status
            }
            #expect(await answer(request("first"), marked: "POST /first") == 200)
            end.fire()
            await ended.wait()
            #expect(await answer(request("second"), marked: "POST /second") == 200)
            #expect(transport.statistics.staleConnections == 1)
            #expect(server.child.outputText.ranges(of: "POST /second").count == 1)
        }
    }
}
