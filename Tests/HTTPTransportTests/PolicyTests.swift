import HTTPTransport
import Testing

/// Requests that must never leave.
@Suite(.timeLimit(.minutes(10))) struct PolicyTests {
    @Test(arguments: [
        "http://api.example.com/", "http://127.0.0.1.example.com/", "http://localhost.example.com/", "http://10.0.0.1/",
        "http://[::2]/", "http://[::ffff:10.0.0.1]/", "http://128.0.0.1/", "http://0.0.0.0/", "ftp://127.0.0.1/",
        "file:///etc/passwd", "gopher://127.0.0.1/", "https://user:secret-word@127.0.0.1/", "http://user@127.0.0.1/",
        "HTTP://API.EXAMPLE.COM/",
    ])
    func refusedByPolicy(url: String) async throws {
        try await withTransport { transport in
            let error = try await transport.failure(of: HTTPRequest(url: url))
            #expect(error.kind == .refusedByPolicy)
            #expect(error.reach == .notSent)
            #expect(!"\(error)".contains("secret-word"))
            #expect(transport.statistics.connectionsOpened == 0)
        }
    }

    @Test(arguments: [
        "", "/path", "https://", "https:///x", "127.0.0.1", "https://ex ample.com/", "https://a.example/\u{0}x",
        "https://a.example/\r\nX: y", "https://пример.рф/", "https://a.example:99999/", "https://a.example:0/",
    ])
    func invalidAddress(url: String) async throws {
        try await withTransport { transport in
            let error = try await transport.failure(of: HTTPRequest(url: url))
            #expect(error.kind == .invalidRequest)
            #expect(error.reach == .notSent)
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost", "LocalHost", "127.1", "2130706433", "0x7f.1"])
    func loopbackIsAllowed(host: String) async throws {
        try await withServer(serving: { while $0.readRequest() != nil { $0.answer() } }) { server, transport in
            #expect(await transport.status(of: HTTPRequest(url: "http://\(host):\(server.port)/#fragment")) == 200)
            #expect(server.requests.first?.requestLine == "GET / HTTP/1.1")
        }
    }

    @Test(arguments: [
        ("Host", "a"), ("content-length", "1"), ("Transfer-Encoding", "chunked"), ("Expect", "100-continue"),
        ("Connection", "close"), ("X-Field", "a\r\nX-Other: b"), ("X-Field", "a\u{0}"), ("X Field", "a"), ("", "a"),
        ("X-Field:", "a"), ("X-Fäld", "a"),
    ])
    func invalidHeader(name: String, value: String) async throws {
        try await withTransport { transport in
            let error = try await transport.failure(
                of: HTTPRequest(url: "https://127.0.0.1:1/", headers: HTTPHeaders([(name, value)])))
            #expect(error.kind == .invalidRequest)
            #expect(error.reach == .notSent)
        }
    }

    @Test func invalidLimits() async throws {
        let url = "https://127.0.0.1:1/"
        let requests = [
            HTTPRequest(url: url, timeout: .zero), HTTPRequest(url: url, connectTimeout: .seconds(-1)),
            HTTPRequest(url: url, idleTimeout: .zero), HTTPRequest(url: url, maximumResponseBytes: -1),
            HTTPRequest(method: .head, url: url, body: [1]),
        ]
        try await withTransport { transport in
            for request in requests {
                let error = try await transport.failure(of: request)
                #expect(error.kind == .invalidRequest)
                #expect(error.reach == .notSent)
            }
        }
    }

    /// The largest values do not overflow on their way into C.
    @Test func extremeLimitsAreBounded() async throws {
        try await withServer(serving: { while $0.readRequest() != nil { $0.answer() } }) { server, transport in
            let request = HTTPRequest(
                url: server.url(), connectTimeout: .seconds(Int64.max), timeout: .seconds(Int64.max),
                idleTimeout: .seconds(Int64.max), maximumResponseBytes: .max)
            #expect(await transport.status(of: request) == 200)
        }
    }
}
