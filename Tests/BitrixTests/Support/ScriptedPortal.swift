import Bitrix
import HTTPTransport
import Synchronization

/// Stands where the HTTP transport stands, and answers as a portal would.
final class ScriptedPortal: Sendable {
    typealias Answer = @Sendable (HTTPRequest) -> Result<HTTPResponse, TransferError>

    private let state: Mutex<(script: [Answer], requests: [HTTPRequest])>

    /// After its last answer the script goes on with that one.
    init(_ script: [Answer]) {
        state = Mutex((script, []))
    }

    convenience init(_ responses: HTTPResponse...) {
        self.init(responses.map { response in { _ in .success(response) } })
    }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func perform(_ request: HTTPRequest) throws(TransferError) -> HTTPResponse {
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.script.count > 1 ? state.script.removeFirst() : state.script[0]
        }
        return try answer(request).get()
    }

    func client(
        _ address: String = "https://shop.bitrix24.example/rest/1/s3cret/",
        configuration: BitrixClientConfiguration = BitrixClientConfiguration(), pace: (any BitrixPace)? = nil
    ) -> BitrixClient {
        BitrixClient(access: BitrixWebhook { address }, configuration: configuration, pace: pace) {
            request throws(TransferError) in
            try self.perform(request)
        }
    }
}

extension HTTPResponse {
    /// An answer with a text as its body.
    static func answer(_ status: Int, _ body: String = "", headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
    }
}
