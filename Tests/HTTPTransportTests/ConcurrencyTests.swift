import Glibc
import HTTPTransport
import Testing

/// Very many requests in flight at one moment.
@Suite(.timeLimit(.minutes(10))) struct ConcurrencyTests {
    /// The server answers none before it has read all.
    @Test func thousandsOfRequestsAtOnce() async throws {
        let count = HoldingServer.affordable(upTo: 2500)
        let server = HoldingServer(count: count)
        let configuration = HTTPTransportConfiguration(maximumConnections: count, maximumConnectionsPerHost: count)
        try await withTransport(configuration) { transport in
            let request = HTTPRequest(
                method: .post, url: "http://127.0.0.1:\(server.port)/", body: [1, 2, 3], connectTimeout: .seconds(60),
                timeout: .seconds(90))
            let statuses = await withTaskGroup { group in
                for _ in 0..<count { group.addTask { await transport.status(of: request) } }
                return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [200: count])
            #expect(transport.statistics.answered == Int64(count))
            #expect(transport.statistics.active == 0)
        }
    }

    /// More requests than connections: the rest wait their turn.
    @Test func thousandsOfRequestsOverFewConnections() async throws {
        let configuration = HTTPTransportConfiguration(maximumConnections: 8)
        try await withServer(configuration, serving: { while $0.readRequest() != nil { $0.answer() } }) {
            server, transport in
            let statuses = await withTaskGroup { group in
                for _ in 0..<3000 { group.addTask { await transport.status(of: HTTPRequest(url: server.url())) } }
                return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [200: 3000])
            #expect(server.connectionsAccepted <= 8)
            #expect(server.requests.count == 3000)
        }
    }
}
