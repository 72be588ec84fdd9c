import HTTPTransport
import Testing

/// What happens when a kept-alive connection ends, early, late or in between: never a second sending.
@Suite(.timeLimit(.minutes(10))) struct KeepAliveTests {
    private static func post(_ server: RawServer, _ text: String) -> HTTPRequest {
        HTTPRequest(method: .post, url: server.url(), body: Array(text.utf8))
    }

    @Test func connectionIsUsedAgain() async throws {
        try await withServer(serving: { while $0.readRequest() != nil { $0.answer() } }) { server, transport in
            for _ in 0..<20 { #expect(await transport.status(of: Self.post(server, "x")) == 200) }
            #expect(server.connectionsAccepted == 1)
            #expect(server.requests.count == 20)
        }
    }

    @Test func newConnectionOnRequest() async throws {
        try await withServer(serving: { while $0.readRequest() != nil { $0.answer() } }) { server, transport in
            var request = Self.post(server, "x")
            request.usesNewConnection = true
            for _ in 0..<3 { _ = try await transport.perform(request) }
            #expect(server.connectionsAccepted == 3)
        }
    }

    /// libcurl alone would send the second request again and report one success.
    @Test(arguments: [HTTPMethod.post, .get, .put, .delete], [true, false])
    func requestReadAndNotAnsweredIsSeenOnce(method: HTTPMethod, byReset: Bool) async throws {
        try await withServer(serving: { connection in
            if connection.number == 1 {
                _ = connection.readRequest()
                connection.answer()
                _ = connection.readRequest()
                if byReset { connection.resetOnClose() }
            } else {
                while connection.readRequest() != nil { connection.answer() }
            }
        }) { server, transport in
            let body = method == .get || method == .delete ? [] : Array("second".utf8)
            #expect(await transport.status(of: HTTPRequest(url: server.url("/first"))) == 200)
            let error = try await transport.failure(
                of: HTTPRequest(method: method, url: server.url("/second"), body: body))
            #expect(error.kind == .connectionLost)
            #expect(error.reach == .unknown)
            #expect(server.requests.filter { $0.requestLine.contains("/second") }.count == 1)
            // And the transport goes on.
            #expect(await transport.status(of: HTTPRequest(url: server.url("/third"))) == 200)
        }
    }

    /// What a server may have done to an idle connection.
    enum IdleEnd: CaseIterable { case close, reset, unsolicitedAnswer }

    @Test(arguments: IdleEnd.allCases) func deadIdleConnectionIsReplacedBeforeSending(end: IdleEnd) async throws {
        let ended = Signal()
        let ready = Signal()
        try await withServer(serving: { connection in
            if connection.number == 1 {
                _ = connection.readRequest()
                connection.answer()
                ready.block()
                switch end {
                case .close: connection.closeNow()
                case .reset:
                    connection.resetOnClose()
                    connection.closeNow()
                case .unsolicitedAnswer: connection.answer("408 Request Timeout", "late")
                }
                ended.fire()
                if end == .unsolicitedAnswer { connection.drain() }
            } else {
                while connection.readRequest() != nil { connection.answer("201 Created") }
            }
        }) { server, transport in
            #expect(await transport.status(of: Self.post(server, "first")) == 200)
            ready.fire()
            await ended.wait()
            #expect(await transport.status(of: Self.post(server, "second")) == 201)
            #expect(server.requests.map(\.connection) == [1, 2])
            // libcurl notices an orderly close itself, a reset sometimes.
            if end == .unsolicitedAnswer { #expect(transport.statistics.staleConnections == 1) }
        }
    }

    @Test func hostLimitHolds() async throws {
        let configuration = HTTPTransportConfiguration(maximumConnectionsPerHost: 3)
        try await withServer(
            configuration,
            serving: { connection in
                while connection.readRequest() != nil {
                    connection.server.answered()
                    connection.answer()
                }
            }
        ) { server, transport in
            await withTaskGroup { group in
                for _ in 0..<60 { group.addTask { await transport.outcome(of: HTTPRequest(url: server.url())) } }
                for await outcome in group { #expect((try? outcome.get())?.status == 200) }
            }
            #expect(server.connectionsAccepted <= 3)
            #expect(server.requests.count == 60)
            #expect(server.mostServing <= 3)
        }
    }

    @Test func totalLimitClosesIdleConnectionsOfOthers() async throws {
        let configuration = HTTPTransportConfiguration(maximumConnections: 2)
        let serve: @Sendable (RawConnection) -> Void = { while $0.readRequest() != nil { $0.answer() } }
        let others = (0..<5).map { _ in RawServer(serve) }
        defer { for server in others { server.stop() } }
        try await withServer(configuration, serving: serve) { server, transport in
            for other in others { #expect(await transport.status(of: HTTPRequest(url: other.url())) == 200) }
            #expect(await transport.status(of: HTTPRequest(url: server.url())) == 200)
        }
    }

    @Test func waitForAConnectionCountsAndIsNotSent() async throws {
        let configuration = HTTPTransportConfiguration(maximumConnectionsPerHost: 1)
        let got = Signal()
        let go = Signal()
        try await withServer(
            configuration,
            serving: { connection in
                while connection.readRequest() != nil {
                    got.fire()
                    go.block()
                    connection.answer()
                }
            }
        ) { server, transport in
            async let first = transport.status(of: HTTPRequest(url: server.url("/first")))
            await got.wait()
            let error = try await transport.failure(
                of: HTTPRequest(url: server.url("/second"), timeout: .milliseconds(150)))
            #expect(error.kind == .timeout)
            #expect(error.reach == .notSent)
            go.fire()
            #expect(await first == 200)
            #expect(server.requests.count == 1)
        }
    }
}
