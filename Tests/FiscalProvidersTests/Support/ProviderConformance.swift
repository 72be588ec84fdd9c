import Fiscal
import FiscalProviders
import HTTPTransport
import Testing

/// What every provider must do, whatever its wire looks like. A provider brings samples of its answers; the rules are
/// here once for all of them.
struct ProviderConformance: Sendable {
    /// A provider whose requests go to the transport, with credentials that hold `secret`.
    let makeProvider: @Sendable (ScriptedTransport) -> any FiscalProvider
    /// Part of the credentials; must not be seen in any answer.
    let secret: String
    /// An answer that takes the receipt in, and the number it gives.
    let accepted: (response: HTTPResponse, id: String)
    let waiting: HTTPResponse
    let fiscalised: (response: HTTPResponse, receipt: FiscalisedReceipt)
    let failedForItsData: HTTPResponse
    let failedInPassing: HTTPResponse
    let unknownReceipt: HTTPResponse
    /// What the credential check is answered with when they are right.
    let credentialsTaken: HTTPResponse

    /// Answers that nobody can read.
    static let garbage = [
        "", "{", "null", "[]", "\"accepted\"", "<html>502</html>", "{\"id\":{}}", "{\"id\":[1]}", "{\"id\":null}",
        "{\"id\":\"\"}", "{\"id\":true}", String(repeating: "[", count: 5000), "\u{0}",
    ]

    func check() async throws {
        try checkEncoding()
        try await checkSending()
        try await checkRefusals()
        await checkStatus()
        await checkTransferErrors()
        await checkCredentials()
        try await checkDiscretion()
    }

    private func provider(_ response: HTTPResponse) -> any FiscalProvider { makeProvider(ScriptedTransport(response)) }

    private func checkEncoding() throws {
        let provider = provider(accepted.response)
        let document = try Samples.sale()
        let first = try provider.encode(document, externalID: "k-1", callbackURL: nil)
        #expect(first == (try provider.encode(document, externalID: "k-1", callbackURL: nil)), "not deterministic")
        #expect(first != (try provider.encode(document, externalID: "k-2", callbackURL: nil)), "the key is not sent")
        #expect(String(validating: first, as: UTF8.self) != nil)
    }

    private func checkSending() async throws {
        let transport = ScriptedTransport(accepted.response)
        let provider = makeProvider(transport)
        let body = try provider.encode(Samples.sale(), externalID: "k-1", callbackURL: nil)
        let answer = await provider.submit(body, of: .sell)
        #expect(answer.verdict == .accepted(providerID: accepted.id))
        #expect(answer.exchange.code == "ok" && answer.exchange.httpStatus == accepted.response.status)
        #expect(transport.requests.filter { $0.method == .post }.map(\.body) == [body], "the bytes on record are sent")
        for text in Self.garbage {
            let verdict = await self.provider(.answer(200, text)).submit(body, of: .sell).verdict
            guard case .unknown = verdict else {
                Issue.record("\(text.prefix(20)) with 200 must leave the outcome unknown, not \(verdict)")
                continue
            }
        }
    }

    private func checkRefusals() async throws {
        for status in [401, 403] {
            let provider = provider(.answer(status, "{}"))
            guard case .unauthorised = await provider.submit([], of: .sell).verdict,
                case .unauthorised = await provider.status(of: "1").verdict
            else {
                Issue.record("\(status) must mean that the credentials were refused")
                continue
            }
        }
        for status in [429, 503] {
            let provider = provider(.answer(status, "", headers: ["Retry-After": "7"]))
            guard case .throttled(_, .seconds(7)) = await provider.submit([], of: .sell).verdict,
                case .throttled(_, .seconds(7)) = await provider.status(of: "1").verdict
            else {
                Issue.record("\(status) with Retry-After must throttle")
                continue
            }
        }
        for status in [500, 502, 503, 504] {
            let provider = provider(.answer(status, "<html>"))
            guard case .unknown = await provider.submit([], of: .sell).verdict,
                case .later = await provider.status(of: "1").verdict
            else {
                Issue.record("\(status) leaves a submit unknown and a poll for later")
                continue
            }
        }
        for status in [400, 409, 422] {
            guard case .rejected = await provider(.answer(status, "")).submit([], of: .sell).verdict else {
                Issue.record("\(status) must reject")
                continue
            }
        }
    }

    private func checkStatus() async {
        #expect(await provider(waiting).status(of: accepted.id).verdict == .waiting)
        #expect(
            await provider(fiscalised.response).status(of: accepted.id).verdict == .fiscalised(fiscalised.receipt))
        for (response, passing) in [(failedForItsData, false), (failedInPassing, true)] {
            guard case .failed(let fault, passing) = await provider(response).status(of: accepted.id).verdict,
                fault.kind == (passing ? .passing : .data)
            else {
                Issue.record("a failure that is\(passing ? "" : " not") passing is not seen as such")
                continue
            }
        }
        guard case .unknownReceipt = await provider(unknownReceipt).status(of: accepted.id).verdict else {
            Issue.record("a receipt that does not exist is not reported so")
            return
        }
        for text in Self.garbage {
            guard case .later = await provider(.answer(200, text)).status(of: accepted.id).verdict else {
                Issue.record("\(text.prefix(20)) must leave the fate for later")
                continue
            }
        }
    }

    private func checkTransferErrors() async {
        for kind in TransferError.Kind.allCases {
            let unsent = makeProvider(ScriptedTransport(TransferError(kind, reach: .notSent)))
            let doubtful = makeProvider(ScriptedTransport(TransferError(kind, reach: .unknown)))
            guard case .later = await unsent.submit([], of: .sell).verdict,
                case .unknown = await doubtful.submit([], of: .sell).verdict,
                case .later = await unsent.status(of: "1").verdict,
                case .later = await doubtful.status(of: "1").verdict
            else {
                Issue.record("\(kind) is not judged by whether something may have been sent")
                continue
            }
            #expect(await unsent.submit([], of: .sell).exchange.provenUnsent)
            #expect(await !doubtful.submit([], of: .sell).exchange.provenUnsent)
        }
    }

    private func checkCredentials() async {
        let transport = ScriptedTransport(credentialsTaken)
        #expect(await makeProvider(transport).checkCredentials() == .valid)
        #expect(transport.requests.allSatisfy { $0.method == .get || $0.body.isEmpty }, "nothing may be issued")
        guard case .refused = await provider(.answer(401)).checkCredentials() else {
            Issue.record("refused credentials are not seen")
            return
        }
        guard case .undecided = await provider(.answer(500)).checkCredentials() else {
            Issue.record("an outage says nothing about credentials")
            return
        }
    }

    /// An answer that repeats everything it was sent must not come through.
    private func checkDiscretion() async throws {
        let echo = "\(Samples.buyerEmail) +7 916 123-45-67 \(secret)"
        for status in [200, 400, 401, 404, 429, 500] {
            let provider = provider(.answer(status, #"{"error":{"code":"bad","message":"\#(echo)"}}"#))
            let shown = [
                "\(await provider.submit([], of: .sell))", "\(await provider.status(of: "1"))",
                "\(await provider.checkCredentials())",
            ]
            for text in shown {
                #expect(!text.contains(Samples.buyerEmail) && !text.contains("123-45-67") && !text.contains(secret))
            }
        }
    }
}
