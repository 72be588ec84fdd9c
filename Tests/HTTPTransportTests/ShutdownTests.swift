import HTTPTransport
import Testing

/// The end of a transport and its thread.
@Suite(.timeLimit(.minutes(10))) struct ShutdownTests {
    @Test func startAndStopFiftyTimes() async throws {
        let server = RawServer { while $0.readRequest() != nil { $0.answer() } }
        defer { server.stop() }
        for round in 0..<50 {
            let transport = HTTPTransport(HTTPTransportConfiguration(threadName: "fifty-times"))
            if round % 2 == 0 { #expect(await transport.status(of: HTTPRequest(url: server.url())) == 200) }
            await transport.shutdown()
            #expect(transport.statistics.held == 0)
            #expect(ThreadNames.all().contains("fifty-times") == false)
        }
    }

    @Test func transportWithoutShutdownEndsItsThread() async throws {
        let closed = Signal()
        let server = RawServer { connection in
            while connection.readRequest() != nil { connection.answer() }
            closed.fire()
        }
        defer { server.stop() }
        do {
            let transport = HTTPTransport()
            #expect(await transport.status(of: HTTPRequest(url: server.url())) == 200)
        }
        await closed.wait()  // its kept-alive connection is gone, which only the thread's end does
    }

    @Test func requestsUnderWayAreFinishedAndOthersRefused() async throws {
        let reached = Signal()
        let go = Signal()
        let server = RawServer { connection in
            while connection.readRequest() != nil {
                reached.fire()
                go.block()
                connection.answer()
            }
        }
        defer { server.stop() }
        let transport = HTTPTransport(HTTPTransportConfiguration(maximumConnectionsPerHost: 1))
        async let first = transport.status(of: HTTPRequest(url: server.url()))
        await reached.wait()
        async let waiting = transport.outcome(of: HTTPRequest(url: server.url("/waiting")))
        async let stopped: Void = transport.shutdown()
        let refused = try #require(await waiting.failure)
        #expect(refused.kind == .shutdown)
        #expect(refused.reach == .notSent)
        go.fire()
        #expect(await first == 200)
        await stopped
        let late = try await transport.failure(of: HTTPRequest(url: server.url()))
        #expect(late.kind == .shutdown)
        #expect(late.reach == .notSent)
        #expect(server.requests.count == 1)
        await transport.shutdown()
    }

    @Test(arguments: [true, false]) func impatientShutdownEndsWhatIsUnderWay(byCancellation: Bool) async throws {
        let reached = Signal()
        let server = RawServer { connection in
            _ = connection.readRequest()
            reached.fire()
            connection.drain()
        }
        defer { server.stop() }
        let transport = HTTPTransport()
        async let outcome = transport.outcome(of: HTTPRequest(method: .post, url: server.url()))
        await reached.wait()
        if byCancellation {
            let task = Task { await transport.shutdown() }
            task.cancel()
            await task.value
        } else {
            await transport.shutdown(within: .milliseconds(20))
        }
        let error = try #require(await outcome.failure)
        #expect(error.kind == .shutdown)
        #expect(error.reach == .unknown)
        #expect(transport.statistics.held == 0)
    }

    @Test func manyShutdownsTogether() async throws {
        let transport = HTTPTransport()
        await withTaskGroup { group in
            for _ in 0..<50 { group.addTask { await transport.shutdown() } }
        }
    }
}
