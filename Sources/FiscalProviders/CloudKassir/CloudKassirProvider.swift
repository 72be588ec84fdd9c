package import Fiscal
import FoundationEssentials
package import HTTPTransport

/// CloudKassir: `POST /receipts`, `POST /receipts/correction`, `GET /receipts/{id}`, HTTP Basic.
///
/// The vendor states neither the statuses nor the bodies of its answers; ``CloudKassirDecisions`` holds what they are
/// taken to mean, ``CloudKassirEncoder`` what is sent.
package struct CloudKassirProvider: FiscalProvider {
    /// Carries one request out.
    package typealias Perform = @Sendable (HTTPRequest) async throws(TransferError) -> HTTPResponse

    /// A number that no receipt has.
    static let impossibleID = "fiscal-relay-credential-check"

    package let name = "cloudkassir"
    package let doubt: ProviderDoubt

    private let settings: CloudKassirSettings
    private let baseURL: String
    private let password: CachedCredential
    private let perform: Perform
    private let encoder: CloudKassirEncoder
    private let decisions: CloudKassirDecisions

    package init(_ settings: CloudKassirSettings, transport: HTTPTransport) {
        self.init(settings) { request throws(TransferError) in try await transport.perform(request) }
    }

    /// The provider over anything that carries requests out.
    package init(_ settings: CloudKassirSettings, perform: @escaping Perform) {
        self.settings = settings
        self.perform = perform
        var address = Substring(settings.baseURL)
        while address.last == "/" { address.removeLast() }
        baseURL = String(address)
        password = CachedCredential(reading: settings.password)
        doubt = ProviderDoubt(.resend).tightened(to: settings.doubt)
        encoder = CloudKassirEncoder(
            vocabulary: settings.vocabulary, sendsSettlementPlace: settings.sendsSettlementPlace)
        decisions = CloudKassirDecisions(
            vocabulary: settings.vocabulary, passingFailures: settings.passingFailures,
            deduplicates: doubt.policy == .resend)
    }

    package func encode(
        _ document: ReceiptDocument, externalID: String, callbackURL: String?
    ) throws(FiscalFaults) -> [UInt8] {
        try encoder.encode(document, externalID: externalID, callbackURL: callbackURL)
    }

    package func submit(_ body: [UInt8], of type: ReceiptType) async -> SubmitAnswer {
        let path = type.isCorrection ? "/receipts/correction" : "/receipts"
        guard let (reply, decisions) = await reply(to: .post, path, body: body) else {
            return SubmitAnswer(
                .unauthorised(Self.unreadableCredentials), exchange: Self.exchangeWithoutCredentials)
        }
        return decisions.submit(reply, now: Self.now)
    }

    package func status(of providerID: String) async -> StatusAnswer {
        guard let (reply, decisions) = await reply(to: .get, "/receipts/" + PathSegment.encoded(providerID)) else {
            return StatusAnswer(
                .unauthorised(Self.unreadableCredentials), exchange: Self.exchangeWithoutCredentials)
        }
        return decisions.status(reply, now: Self.now)
    }

    package func checkCredentials() async -> CredentialsAnswer {
        guard let (reply, decisions) = await reply(to: .get, "/receipts/" + Self.impossibleID) else {
            return .refused(Self.unreadableCredentials)
        }
        return decisions.credentials(reply, now: Self.now)
    }

    /// One exchange; a second one only if the first was refused for its password and the source holds a new one by now.
    /// Both together take no longer than the account's time-out, which is what a lease is measured against.
    /// - Returns: the last reply and the decisions that keep its password to themselves; nil without a password to send.
    private func reply(
        to method: HTTPMethod, _ path: String, body: [UInt8] = []
    ) async -> (ProviderReply, CloudKassirDecisions)? {
        guard let secret = password.current() else { return nil }
        var decisions = decisions
        decisions.secrets = [secret]
        let end = ContinuousClock.now.advanced(by: settings.timeout)
        let reply = await exchange(method, path, body: body, secret: secret, within: settings.timeout)
        guard case .answered(let response) = reply, [401, 403].contains(response.status),
            let fresh = password.replacement(for: secret)
        else { return (reply, decisions) }
        let left = ContinuousClock.now.duration(to: end)
        guard left > .zero else { return (reply, decisions) }
        decisions.secrets = [fresh]
        return (await exchange(method, path, body: body, secret: fresh, within: left), decisions)
    }

    private func exchange(
        _ method: HTTPMethod, _ path: String, body: [UInt8], secret: String, within timeout: Duration
    ) async -> ProviderReply {
        let credentials = Data("\(settings.login):\(secret)".utf8).base64EncodedString()
        var headers: HTTPHeaders = ["Accept": "application/json", "Authorization": "Basic \(credentials)"]
        if method == .post { headers["Content-Type"] = "application/json; charset=utf-8" }
        let request = HTTPRequest(
            method: method, url: baseURL + path, headers: headers, body: body,
            connectTimeout: min(settings.connectTimeout, timeout), timeout: timeout,
            maximumResponseBytes: CloudKassirAnswers.sizeLimit)
        do throws(TransferError) {
            return .answered(ProviderResponse(try await perform(request)))
        } catch {
            return ProviderReply(error)
        }
    }

    private static let unreadableCredentials = ProviderFault(
        .credentials, code: "credentials_unreadable", message: "The password of the CloudKassir account cannot be read."
    )

    private static let exchangeWithoutCredentials = ProviderExchange(
        httpStatus: nil, code: "credentials_unreadable", provenUnsent: true)

    private static var now: Int64 { Int64(Date().timeIntervalSince1970) }
}
