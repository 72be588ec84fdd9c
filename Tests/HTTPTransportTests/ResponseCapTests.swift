import HTTPTransport
import Testing

/// Answers that are too large end early, whatever part of them is.
@Suite(.timeLimit(.minutes(10))) struct ResponseCapTests {
    @Test(arguments: [true, false]) func bodyCap(isChunked: Bool) async throws {
        let ended = Signal()
        try await withServer(serving: { connection in
            _ = connection.readRequest()
            connection.send(
                "HTTP/1.1 200 OK\r\n" + (isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 1000000000")
                    + "\r\n\r\n")
            let piece = String(repeating: "x", count: 4096)
            while connection.send(isChunked ? "1000\r\n\(piece)\r\n" : piece) {}
            ended.fire()
        }) { server, transport in
            let request = HTTPRequest(method: .post, url: server.url(), maximumResponseBytes: 100_000)
            let error = try await transport.failure(of: request)
            #expect(error.kind == .responseTooLarge)
            #expect(error.reach == .unknown)
            #expect(error.status == 200)
            await ended.wait()  // the connection was closed on the server
        }
    }

    @Test(arguments: [(10, true), (9, false), (0, false)]) func bodyOfExactlyTheCapIsTaken(cap: Int, fits: Bool)
        async throws
    {
        try await withServer(serving: { connection in
            while connection.readRequest() != nil { connection.answer("200 OK", "0123456789") }
        }) { server, transport in
            let outcome = await transport.outcome(of: HTTPRequest(url: server.url(), maximumResponseBytes: cap))
            #expect((outcome.failure == nil) == fits)
        }
    }

    @Test func emptyBodyWithCapZero() async throws {
        try await withServer(serving: { connection in
            while connection.readRequest() != nil { connection.answer("200 OK", "") }
        }) { server, transport in
            #expect(await transport.status(of: HTTPRequest(url: server.url(), maximumResponseBytes: 0)) == 200)
        }
    }

    /// Ways to send header bytes without end.
    enum Bomb: CaseIterable { case manyFields, longField, interimAnswers, trailers }

    @Test(arguments: Bomb.allCases) func headerBomb(bomb: Bomb) async throws {
        let ended = Signal()
        try await withServer(serving: { connection in
            _ = connection.readRequest()
            switch bomb {
            case .manyFields:
                connection.send("HTTP/1.1 200 OK\r\n")
                while connection.send("X-Field: some value or other\r\n") {}
            case .longField:
                connection.send("HTTP/1.1 200 OK\r\nX-Field: ")
                while connection.send(String(repeating: "x", count: 1000)) {}
            case .interimAnswers:
                while connection.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n") {}
            case .trailers:
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
                while connection.send("X-Field: some value or other\r\n") {}
            }
            ended.fire()
        }) { server, transport in
            let error = try await transport.failure(of: HTTPRequest(method: .post, url: server.url()))
            #expect(error.kind == .responseTooLarge, "\(error)")
            #expect(error.reach == .unknown)
            await ended.wait()
        }
    }
}
