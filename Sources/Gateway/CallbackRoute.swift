internal import FiscalProviders
internal import HTTPTypes
internal import Hummingbird
package import Logging
internal import NIOCore
package import Relay

/// `POST /callbacks/<token>`: a provider says that a receipt is ready.
///
/// | answer | when |
/// | --- | --- |
/// | 200 | the call is on record, committed |
/// | 400 | the body names no receipt |
/// | 404 | no shop has this path, or the shop no such receipt |
/// | 413 | the body is too long |
/// | 503 | the database did not take it in; worth repeating |
///
/// A wrong token is answered as a path that never existed.
package struct CallbackRoute: Sendable {
    /// Notes a call about the shop's receipt of this key, committed when it returns.
    package typealias Receive = @Sendable (_ shop: String, _ externalID: String) async throws -> CallbackInbox.Outcome

    private let directory: CallbackDirectory
    private let receive: Receive
    private let logger: Logger

    package init(_ directory: CallbackDirectory, logger: Logger, receive: @escaping Receive) {
        self.directory = directory
        self.logger = logger
        self.receive = receive
    }

    func add(to router: Router<BasicRequestContext>) {
        router.post("\(CallbackToken.path)/:token") { request, context in
            try await answer(request, token: context.parameters.require("token"))
        }
    }

    private func answer(_ request: Request, token: String) async throws -> Response {
        guard let shop = directory.shop(of: token) else { throw HTTPError(.notFound) }
        let body = try await request.body.collect(upTo: CloudKassirCallback.sizeLimit)
        guard let key = CloudKassirCallback.externalID(Array(body.readableBytesView)) else {
            logger.notice("gateway: a callback that names no receipt", metadata: ["shop": "\(shop)"])
            throw HTTPError(.badRequest)
        }
        let outcome: CallbackInbox.Outcome
        do {
            outcome = try await receive(shop, key)
        } catch {
            logger.error("gateway: a callback could not be noted", metadata: ["error": "\(error)"])
            throw HTTPError(.serviceUnavailable, headers: [.retryAfter: "30"])
        }
        logger.debug("gateway: callback", metadata: ["shop": "\(shop)", "outcome": "\(outcome.rawValue)"])
        guard outcome != .unknown else { throw HTTPError(.notFound) }
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: "{}")))
    }
}
