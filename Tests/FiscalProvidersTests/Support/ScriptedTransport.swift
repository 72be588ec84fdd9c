import HTTPTransport
import Synchronization

/// Stands where the HTTP transport stands: answers from a script and keeps what it was asked.
final class ScriptedTransport: Sendable {
    typealias Step = Result<HTTPResponse, TransferError>

    private struct State {
        var script: [Step]
        var requests: [HTTPRequest] = []
    }

    private let state: Mutex<State>

    /// After its last step the script goes on with that step.
    init(_ script: [Step]) {
        state = Mutex(State(script: script))
    }

    convenience init(_ response: HTTPResponse) { self.init([.success(response)]) }

    convenience init(_ error: TransferError) { self.init([.failure(error)]) }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func perform(_ request: HTTPRequest) throws(TransferError) -> HTTPResponse {
        let step: Step = state.withLock { state in
            state.requests.append(request)
            return state.script.count > 1 ? state.script.removeFirst() : state.script[0]
        }
        return try step.get()
    }
}

extension HTTPResponse {
    /// An answer with a text as its body.
    static func answer(_ status: Int, _ body: String = "", headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
    }
}
