import HTTPTransport
import Testing

/// Ends that come from the caller: exactly one outcome each, and nothing left behind.
@Suite(.timeLimit(.minutes(10))) struct CancellationTests {
    @Test func cancelledBeforeTheCallIsNotSent() async throws {
        try await withServer(serving: { while $0.readRequest() != nil { $0.answer() } }) { server, transport in
            let started = Signal()
            let task = Task {
                await started.wait()
                return await transport.outcome(of: HTTPRequest(method: .post, url: server.url()))
            }
            task.cancel()
            started.fire()
            let error = try #require(await task.value.failure)
            #expect(error.kind == .cancelled)
            #expect(error.reach == .notSent)
            #expect(server.connectionsAccepted == 0)
        }
    }

    @Test func cancelledInTheHandshakeIsNotSent() async throws {
        let reached = Signal()
        try await withServer(serving: { connection in
            _ = connection.read(exactly: 5)
            reached.fire()
            connection.drain()
        }) { server, transport in
            let task = Task { await transport.outcome(of: HTTPRequest(url: "https://127.0.0.1:\(server.port)/")) }
            await reached.wait()
            task.cancel()
            let error = try #require(await task.value.failure)
            #expect(error.kind == .cancelled)
            #expect(error.reach == .notSent)
        }
    }

    @Test func cancelledAfterSendingIsUnknownAndClosesTheConnection() async throws {
        let reached = Signal()
        let closed = Signal()
        try await withServer(serving: { connection in
            _ = connection.readRequest()
            reached.fire()
            connection.drain()
            closed.fire()
        }) { server, transport in
            let task = Task { await transport.outcome(of: HTTPRequest(method: .post, url: server.url(), body: [1])) }
            await reached.wait()
            task.cancel()
            let error = try #require(await task.value.failure)
            #expect(error.kind == .cancelled)
            #expect(error.reach == .unknown)
            await closed.wait()
        }
    }

    @Test func cancelledWhileWaitingForAConnectionIsNotSent() async throws {
        let reached = Signal()
        let go = Signal()
        let configuration = HTTPTransportConfiguration(maximumConnectionsPerHost: 1)
        try await withServer(
            configuration,
            serving: { connection in
                while connection.readRequest() != nil {
                    reached.fire()
                    go.block()
                    connection.answer()
                }
            }
        ) { server, transport in
            async let first = transport.status(of: HTTPRequest(url: server.url()))
            await reached.wait()
            let task = Task { await transport.outcome(of: HTTPRequest(url: server.url())) }
            task.cancel()
            let error = try #require(await task.value.failure)
            #expect(error.reach == .notSent)
            go.fire()
            #expect(await first == 200)
            #expect(server.requests.count == 1)
        }
    }

    /// Cancellations fall before, during and after transfers; whatever wins, every task gets one outcome, and a
    /// request the server has seen is never called "not sent".
    @Test func manyCancellationsAtOnce() async throws {
        let configuration = HTTPTransportConfiguration(maximumConnectionsPerHost: 40)
        try await withServer(configuration, serving: { while $0.readRequest() != nil { $0.answer() } }) {
            server, transport in
            let tasks = (0..<2000).map { number in
                Task { await transport.outcome(of: HTTPRequest(url: server.url("/\(number)/"))) }
            }
            for (number, task) in tasks.enumerated() where number % 3 != 0 {
                if number % 16 == 0 { await Task.yield() }
                task.cancel()
            }
            var notSent: Set<String> = []
            var answered = 0
            for (number, task) in tasks.enumerated() {
                switch await task.value {
                case .success(let response):
                    #expect(response.status == 200)
                    answered += 1
                case .failure(let error):
                    #expect(error.kind == .cancelled)
                    #expect(number % 3 != 0)
                    if error.reach == .notSent { notSent.insert("GET /\(number)/ HTTP/1.1") }
                }
            }
            #expect(answered >= 667)
            #expect(server.requests.allSatisfy { !notSent.contains($0.requestLine) })
            #expect(Set(server.requests.map(\.requestLine)).count == server.requests.count)
        }
    }
}

extension Result {
    var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
