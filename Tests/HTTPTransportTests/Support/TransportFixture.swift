import HTTPTransport
import Testing

/// Runs `body` with a server and a transport, and ends both.
func withServer<Value>(
    _ configuration: HTTPTransportConfiguration = HTTPTransportConfiguration(),
    serving serve: @escaping @Sendable (RawConnection) -> Void,
    _ body: (RawServer, HTTPTransport) async throws -> Value
) async throws -> Value {
    let server = RawServer(serve)
    defer { server.stop() }
    return try await withTransport(configuration) { try await body(server, $0) }
}

/// Runs `body` with a transport and checks that its shutdown leaves nothing behind.
func withTransport<Value>(
    _ configuration: HTTPTransportConfiguration = HTTPTransportConfiguration(),
    _ body: (HTTPTransport) async throws -> Value
) async throws -> Value {
    let transport = HTTPTransport(configuration)
    do {
        let value = try await body(transport)
        await transport.shutdown(within: .seconds(5))
        #expect(transport.statistics.held == 0)
        return value
    } catch {
        await transport.shutdown(within: .zero)
        throw error
    }
}

extension HTTPTransport {
    /// The error of a request that must not be answered.
    func failure(of request: HTTPRequest) async throws -> TransferError {
        do {
            let response = try await perform(request)
            Issue.record("an answer came: \(response)")
            throw Unexpected()
        } catch let error as TransferError {
            return error
        }
    }

    /// The status of the answer, nil when there is none.
    func status(of request: HTTPRequest) async -> Int? {
        try? await outcome(of: request).get().status
    }

    /// The outcome as a value, for tasks that collect many.
    func outcome(of request: HTTPRequest) async -> Result<HTTPResponse, TransferError> {
        do throws(TransferError) {
            return .success(try await perform(request))
        } catch {
            return .failure(error)
        }
    }
}

/// Stands for an answer where a failure was due; already recorded as an issue.
struct Unexpected: Error {}
