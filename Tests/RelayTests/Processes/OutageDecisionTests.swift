import Fiscal
import FiscalProviders
import HTTPTransport
import JobQueue
import Postgres
import Testing

@testable import Relay

/// What an account that is away by its own word does to the receipt that was on its way, and to those that wait.
@Suite("An account that is away")
struct OutageDecisionTests {
    private static let fault = ProviderFault(.outage, code: "provider_http_503", message: "Back soon.")
    private static let limit = ProviderFault(.limit, code: "provider_http_429", message: "Too many.")
    private static let moment = Timestamp(microsecondsSince1970: 1_760_000_000_000_000)

    /// The steps of a shop whose doubts are settled by `doubt`, with a receipt that they are about.
    private func scene(_ doubt: String) throws -> (steps: ReceiptSteps, shop: Shop, receipt: StoredReceipt) {
        let yaml = """
            shops:
              main:
                company: { inn: "7712345671", sno: osn, email: shop@example.ru, payment_address: "https://shop.example.ru", ffd: "1.05" }
                provider: { kind: cloudkassir, base_url: "http://127.0.0.1:1/v1", login: x, password: x, doubt: \(doubt) }
            """
        let directory = ShopDirectory(
            configuration: try RelayConfiguration(yaml: yaml, environment: [:]), transport: HTTPTransport())
        let steps = ReceiptSteps(
            directory: directory, pool: PostgresPool(try PostgresConfiguration(url: "postgresql://127.0.0.1:1/none")),
            language: .english)
        let shop = try #require(directory.shops["main"])
        let payload = Payload.paid(sum: "100.00", "full_payment", [Payload.line("1", "100.00")])
        guard case .receipts(let all) = try Books(shop.settings).plan(paid: payload) else { throw TestShop.Missing() }
        let planned = try #require(all.first)
        let receipt = StoredReceipt(
            ReceiptEffects.Intent(
                eventID: 1, part: 1, edition: 1, shop: "main", planned: planned, provider: "cloudkassir",
                destination: try #require(shop.register).destination,
                externalID: ExternalID(shop: "main", eventKey: "k", part: 1, edition: 1), request: [], digest: [],
                state: .planned),
            id: 7, state: .planned, providerID: nil, signs: nil, createdAt: Self.moment)
        return (steps, shop, receipt)
    }

    private func sent(_ verdict: SubmitAnswer.Verdict, pause: Duration? = nil, doubt: String) throws -> Outcome {
        let (steps, shop, receipt) = try scene(doubt)
        return steps.afterSending(
            SubmitAnswer(verdict, exchange: ProviderExchange(httpStatus: 503, code: "503"), pause: pause), receipt,
            try #require(shop.register), shop, claimedAt: Self.moment.advanced(by: .seconds(-3)), digest: [],
            sentAt: Self.moment, answeredAt: Self.moment, jitter: 0.5)
    }

    private func asked(_ verdict: StatusAnswer.Verdict, doubt: String) throws -> Outcome {
        let (steps, shop, receipt) = try scene(doubt)
        return steps.settle(
            StatusAnswer(verdict, exchange: ProviderExchange(httpStatus: 503, code: "503")), receipt,
            JobRun(job: JobID(1), eventID: 1, shop: "main", kind: "order.paid", step: ReceiptSteps.await), shop: shop,
            others: [], answeredAt: Self.moment, jitter: 0.5)
    }

    @Test("A doubt for a person is its failure, and it rests as long as it asks")
    func person() throws {
        let outcome = try sent(.unknown(Self.fault), pause: .seconds(7), doubt: "person")
        guard case .dead(let failure) = outcome.verdict else {
            Issue.record("not in front of a person: \(outcome.verdict)")
            return
        }
        #expect(failure.code == "in_doubt" && failure.blamesDestination)
        #expect(outcome.effects.map(\.kind.name) == ["destination.rest"])
        #expect(outcome.effects.first?.row[1] == .int(7000))
        #expect(outcome.effects.first?.row.last == .timestamp(Self.moment.advanced(by: .seconds(-3))))
        // No answer at all is its failure as well, and asks for no rest.
        let silence = try sent(.unknown(ProviderFault(.network, code: "network", message: "Reset.")), doubt: "person")
        guard case .dead(let silent) = silence.verdict else {
            Issue.record("not in front of a person: \(silence.verdict)")
            return
        }
        #expect(silent.blamesDestination && silence.effects.isEmpty)
    }

    @Test("Where the same bytes may go again it is its failure and nobody's doubt")
    func resend() throws {
        for outcome in [
            try sent(.throttled(Self.fault, retryAfter: .seconds(7)), doubt: "resend"),
            try asked(.throttled(Self.fault, retryAfter: .seconds(7)), doubt: "resend"),
        ] {
            guard case .throttled(let failure, .seconds(7)) = outcome.verdict else {
                Issue.record("not throttled: \(outcome.verdict)")
                return
            }
            #expect(failure.blamesDestination && outcome.effects.isEmpty)
        }
    }

    @Test("A poll that hears it spares the receipts that wait, where they would be doubts")
    func poll() throws {
        let outcome = try asked(.throttled(Self.fault, retryAfter: .seconds(7)), doubt: "person")
        #expect(outcome.effects.map(\.kind.name) == ["destination.rest"])
        #expect(outcome.effects.first?.row[1] == .int(7000))
        // Too many requests are no outage.
        let busy = try asked(.throttled(Self.limit, retryAfter: .seconds(7)), doubt: "person")
        guard case .throttled(let failure, .seconds(7)) = busy.verdict else {
            Issue.record("not throttled: \(busy.verdict)")
            return
        }
        #expect(!failure.blamesDestination && busy.effects.isEmpty)
    }
}
