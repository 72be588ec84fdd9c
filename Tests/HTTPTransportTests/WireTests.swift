import HTTPTransport
import Testing

/// What goes over the wire and what comes back from it.
@Suite(.timeLimit(.minutes(10))) struct WireTests {
    /// Serves one answer to everything and returns the request as it came.
    private func exchange(
        _ request: HTTPRequest, answer: String = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    ) async throws -> (RawRequest, HTTPResponse) {
        try await withServer(serving: { connection in
            while connection.readRequest() != nil { connection.send(answer) }
        }) { server, transport in
            var request = request
            request.url = server.url(request.url)
            let response = try await transport.perform(request)
            return (try #require(server.requests.first), response)
        }
    }

    @Test func postSendsItsFieldsAndNoOthers() async throws {
        let body = Array("{\"a\":1}".utf8)
        let headers: HTTPHeaders = ["Content-Type": "application/json", "X-Empty": "", "Authorization": "Basic eDp5"]
        let (request, response) = try await exchange(
            HTTPRequest(method: .post, url: "/v1/receipts?x=1", headers: headers, body: body))
        #expect(request.requestLine == "POST /v1/receipts?x=1 HTTP/1.1")
        #expect(request.body == body)
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.header("X-Empty") == "")
        #expect(request.header("Authorization") == "Basic eDp5")
        #expect(request.header("User-Agent") == "fiscal-relay")
        let names = request.lines.dropFirst().compactMap { $0.split(separator: ":").first.map { $0.lowercased() } }
        #expect(
            Set(names) == [
                "host", "user-agent", "accept", "content-type", "x-empty", "authorization", "content-length",
            ])
        #expect(names.count == 7)
        #expect(response.status == 200)
        #expect(response.body == Array("ok".utf8))
    }

    @Test func largeBodyHasNoExpectation() async throws {
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let (request, _) = try await exchange(HTTPRequest(method: .post, url: "/", body: body))
        #expect(request.header("Expect") == nil)
        #expect(request.header("Content-Type") == nil)
        #expect(request.body == body)
    }

    @Test(arguments: HTTPMethod.allCases) func methods(method: HTTPMethod) async throws {
        let (request, response) = try await exchange(
            HTTPRequest(method: method, url: "/"),
            answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + (method == .head ? "" : "ok"))
        #expect(request.requestLine == "\(method.rawValue) / HTTP/1.1")
        #expect(request.header("Content-Length") == ([.post, .put, .patch].contains(method) ? "0" : nil))
        #expect(response.status == 200)
        #expect(response.headers["content-length"] == "2")
    }

    @Test(arguments: [HTTPMethod.get, .delete, .patch]) func bodyWithAnyMethod(method: HTTPMethod) async throws {
        let (request, _) = try await exchange(HTTPRequest(method: method, url: "/", body: [1, 0, 2]))
        #expect(request.requestLine == "\(method.rawValue) / HTTP/1.1")
        #expect(request.body == [1, 0, 2])
    }

    @Test func chunkedAnswerIsPutTogether() async throws {
        let (_, response) = try await exchange(
            HTTPRequest(url: "/"),
            answer:
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: a\r\n b\r\nSet-Cookie: 1\r\nset-cookie: 2\r\n\r\n"
                + "3\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer-Field: late\r\n\r\n")
        #expect(response.body == Array("abc0123456789".utf8))
        #expect(response.headers["x"] == "a b")
        #expect(response.headers.values(of: "Set-Cookie") == ["1", "2"])
        #expect(response.headers["trailer-field"] == nil)
    }

    @Test func interimAnswersAreSkipped() async throws {
        let (_, response) = try await exchange(
            HTTPRequest(url: "/"),
            answer: "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\nA: b\r\n\r\n")
        #expect(response.status == 204)
        #expect(response.headers["Link"] == nil)
        #expect(response.headers["A"] == "b")
    }

    @Test(arguments: [301, 302, 307, 401, 404, 407, 417, 429, 500, 503]) func everyStatusIsAnAnswer(status: Int)
        async throws
    {
        let (_, response) = try await exchange(
            HTTPRequest(method: .post, url: "/", body: [1]),
            answer: "HTTP/1.1 \(status) X\r\nLocation: /other\r\nWWW-Authenticate: Basic realm=\"a\"\r\n"
                + "Content-Length: 0\r\n\r\n")
        #expect(response.status == status)
    }

    @Test func cookiesAreNotKept() async throws {
        try await withServer(serving: { connection in
            while connection.readRequest() != nil { connection.answer(fields: "Set-Cookie: a=b; Path=/\r\n") }
        }) { server, transport in
            for _ in 0..<2 { #expect(await transport.status(of: HTTPRequest(url: server.url())) == 200) }
            #expect(server.requests.allSatisfy { $0.header("Cookie") == nil })
        }
    }

    @Test func earlyAnswerToALargeBodyArrives() async throws {
        try await withServer(serving: { connection in
            _ = connection.readHead()
            connection.answer("413 Content Too Large", "too large", fields: "Connection: close\r\n")
            connection.finish()
            connection.drain()
        }) { server, transport in
            let request = HTTPRequest(method: .post, url: server.url(), body: [UInt8](repeating: 7, count: 8 << 20))
            #expect(await transport.status(of: request) == 413)
        }
    }

    /// The reset that follows such a close may overtake the answer: then nothing is known, but it ends.
    @Test func earlyAnswerWithAnImpoliteClose() async throws {
        try await withServer(serving: { connection in
            _ = connection.readHead()
            connection.answer("413 Content Too Large", "too large", fields: "Connection: close\r\n")
        }) { server, transport in
            for _ in 0..<10 {
                let request = HTTPRequest(method: .post, url: server.url(), body: [UInt8](repeating: 7, count: 8 << 20))
                switch await transport.outcome(of: request) {
                case .success(let response):
                    #expect(response.status == 413)
                case .failure(let error):
                    #expect(error.kind == .connectionLost)
                    #expect(error.reach == .unknown)
                }
            }
            #expect(server.connectionsAccepted == 10)
        }
    }

    @Test func proxyIsAskedToTunnelAndItsRefusalIsNotSent() async throws {
        let proxy = RawServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 403 Forbidden\r\nX-Secret: 1\r\nContent-Length: 0\r\n\r\n")
        }
        defer { proxy.stop() }
        let configuration = HTTPTransportConfiguration(proxy: .url("http://user:pass-77@127.0.0.1:\(proxy.port)"))
        try await withTransport(configuration) { transport in
            let error = try await transport.failure(of: HTTPRequest(method: .post, url: "https://api.example.com/x"))
            #expect(error.kind == .connect)
            #expect(error.reach == .notSent)
            #expect(error.status == nil)
            #expect(!"\(error)\(configuration)".contains("pass-77"))
            #expect(proxy.requests.map(\.requestLine) == ["CONNECT api.example.com:443 HTTP/1.1"])
        }
    }
}
