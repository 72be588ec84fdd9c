import HTTPTransport
import Testing

/// For each way to fail: what the caller is told, and what the server saw.
@Suite(.timeLimit(.minutes(10))) struct FailureReachTests {
    @Test func refusedConnectionIsNotSent() async throws {
        try await withTransport { transport in
            let port = LoopbackSocket.closedPort()
            let error = try await transport.failure(of: HTTPRequest(method: .post, url: "http://127.0.0.1:\(port)/"))
            #expect(error.kind == .connect)
            #expect(error.reach == .notSent)
            #expect(error.peer == "127.0.0.1:\(port)")
        }
    }

    /// A label of more than 63 letters has no address anywhere, which the resolver knows without asking.
    @Test func unknownHostIsNotSent() async throws {
        try await withTransport { transport in
            let host = String(repeating: "a", count: 70) + ".invalid"
            let error = try await transport.failure(of: HTTPRequest(url: "https://\(host)/"))
            #expect(error.kind == .resolve)
            #expect(error.reach == .notSent)
        }
    }

    @Test func connectTimeoutIsNotSent() async throws {
        let full = FullListener()
        defer { full.close() }
        try await withTransport { transport in
            let request = HTTPRequest(url: "http://127.0.0.1:\(full.port)/", connectTimeout: .milliseconds(200))
            let error = try await transport.failure(of: request)
            #expect(error.kind == .timeout)
            #expect(error.reach == .notSent)
        }
    }

    @Test func totalTimeoutWhileConnectingIsNotSent() async throws {
        let full = FullListener()
        defer { full.close() }
        try await withTransport { transport in
            let request = HTTPRequest(url: "http://127.0.0.1:\(full.port)/", timeout: .milliseconds(200))
            let error = try await transport.failure(of: request)
            #expect(error.kind == .timeout)
            #expect(error.reach == .notSent)
        }
    }

    @Test func silentTLSServerIsNotSent() async throws {
        try await withServer(serving: { $0.drain() }) { server, transport in
            let request = HTTPRequest(
                method: .post, url: "https://127.0.0.1:\(server.port)/", connectTimeout: .milliseconds(200))
            let error = try await transport.failure(of: request)
            #expect(error.kind == .timeout)
            #expect(error.reach == .notSent)
        }
    }

    @Test func serverWithoutTLSIsNotSent() async throws {
        try await withServer(serving: { $0.send("220 smtp.example.com\r\n") }) { server, transport in
            let error = try await transport.failure(of: HTTPRequest(url: "https://127.0.0.1:\(server.port)/"))
            #expect(error.kind == .tls)
            #expect(error.reach == .notSent)
        }
    }

    @Test func silentServerIsUnknown() async throws {
        try await withServer(serving: { connection in
            _ = connection.readRequest()
            connection.drain()
        }) { server, transport in
            let request = HTTPRequest(method: .post, url: server.url(), body: [1], timeout: .seconds(5))
            let error = try await transport.failure(of: request)
            #expect(error.kind == .timeout)
            #expect(error.reach == .unknown)
            #expect(server.requests.count == 1)
        }
    }

    @Test func idleTimeoutEndsAStalledAnswer() async throws {
        try await withServer(serving: { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
            connection.drain()
        }) { server, transport in
            let error = try await transport.failure(of: HTTPRequest(url: server.url(), idleTimeout: .seconds(5)))
            #expect(error.kind == .timeout)
            #expect(error.reach == .unknown)
            #expect(error.status == 200)
        }
    }

    @Test func closeBeforeReadingIsUnknown() async throws {
        try await withServer(serving: { _ in }) { server, transport in
            let error = try await transport.failure(of: HTTPRequest(method: .post, url: server.url(), body: [1]))
            #expect(error.kind == .connectionLost)
            #expect(error.reach == .unknown)
            #expect(server.connectionsAccepted == 1)
        }
    }

    @Test func closeAfterReadingIsUnknown() async throws {
        try await withServer(serving: { _ = $0.readRequest() }) { server, transport in
            let error = try await transport.failure(of: HTTPRequest(method: .post, url: server.url(), body: [1]))
            #expect(error.kind == .connectionLost)
            #expect(error.reach == .unknown)
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [true, false]) func endInMidAnswerIsUnknown(byReset: Bool) async throws {
        try await withServer(serving: { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
            if byReset { connection.resetOnClose() }
        }) { server, transport in
            let error = try await transport.failure(of: HTTPRequest(method: .post, url: server.url(), body: [1]))
            #expect(error.kind == .connectionLost)
            #expect(error.reach == .unknown)
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [
        "garbage", "\0\0\0\0\0\0\0\0\0\0\0\0", "220 smtp.example.com\r\n", "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func garbageIsUnknown(answer: String) async throws {
        try await withServer(serving: { connection in
            _ = connection.readRequest()
            connection.send(answer)
        }) { server, transport in
            let error = try await transport.failure(of: HTTPRequest(method: .post, url: server.url(), body: [1]))
            #expect(error.kind == .malformedResponse)
            #expect(error.reach == .unknown)
            #expect(server.requests.count == 1)
        }
    }

    @Test func errorsShowNeitherPathNorCredentials() async throws {
        let secrets = ["webhook-9f3a", "tok-5512", "Bearer-777", "private-body"]
        let answers = ["", "garbage", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "HTTP/1.1 webhook-9f3a\r\n\r\n"]
        for answer in answers {
            try await withServer(serving: { connection in
                _ = connection.readRequest()
                connection.send(answer)
            }) { server, transport in
                let request = HTTPRequest(
                    method: .post, url: server.url("/rest/webhook-9f3a/x?key=tok-5512"),
                    headers: ["Authorization": "Bearer-777"], body: Array("private-body".utf8))
                let error = try await transport.failure(of: request)
                for text in ["\(error)", String(reflecting: error), "\(request)", String(reflecting: request)] {
                    for secret in secrets { #expect(!text.contains(secret), "\(text)") }
                }
            }
        }
    }
}
