import Fiscal
import FiscalProviders
import HTTPTransport
import Testing

@Suite struct CloudKassirConformanceTests {
    @Test func keepsTheRulesOfEveryProvider() async throws {
        try await ProviderConformance(
            makeProvider: { transport in
                CloudKassirProvider(.sample) { request throws(TransferError) in try transport.perform(request) }
            },
            secret: "s3cret-word",
            accepted: (.answer(200, #"{"id":"42"}"#), "42"),
            waiting: .answer(200, #"{"id":"42","external_id":"k-1","status":"wait"}"#),
            fiscalised: (
                .answer(
                    200,
                    #"{"id":"42","status":"done","fn":"9999078900001234","fd":"17","fpd":"0123456789","qr":"t=1"}"#),
                FiscalisedReceipt(signs: FiscalSigns(fn: "9999078900001234", fd: "17", fpd: "123456789"), qr: "t=1")
            ),
            failedForItsData: .answer(
                200, #"{"id":"42","status":"fail","error":{"code":"bad_inn","message":"ИНН не тот"}}"#),
            failedInPassing: .answer(
                200, #"{"id":"42","status":"fail","error":{"code":"KKT-unavailable","message":"нет связи"}}"#),
            unknownReceipt: .answer(404, #"{"error":{"code":"not_found","message":"нет"}}"#),
            credentialsTaken: .answer(404, #"{"error":{"code":"not_found","message":"нет"}}"#)
        ).check()
    }
}

extension CloudKassirSettings {
    /// An account for tests.
    static var sample: CloudKassirSettings {
        CloudKassirSettings(baseURL: "https://api.example/v1/", login: "shop") { "s3cret-word" }
    }
}
