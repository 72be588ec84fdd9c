import FiscalProviders
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

    private func sent(_ verdict: SubmitAnswer.Verdict, pause: Duration? = nil, doubt: String) throws -> Outcome {
        let scene = try ReceiptScene(doubt: doubt)
        return scene.steps.afterSending(
            SubmitAnswer(verdict, exchange: ProviderExchange(httpStatus: 503, code: "503"), pause: pause),
            scene.receipt(.planned), try #require(scene.shop.register), scene.shop,
            claimedAt: Self.moment.advanced(by: .seconds(-3)), digest: [],
            sentAt: Self.moment, answeredAt: Self.moment, jitter: 0.5)
    }

    private func asked(_ verdict: StatusAnswer.Verdict, doubt: String) throws -> Outcome {
        let scene = try ReceiptScene(doubt: doubt)
        return scene.steps.settle(
            StatusAnswer(verdict, exchange: ProviderExchange(httpStatus: 503, code: "503")), scene.receipt(.planned),
            JobRun(job: JobID(1), eventID: 1, shop: "main", kind: "order.paid", step: ReceiptSteps.await),
            shop: scene.shop, others: [], answeredAt: Self.moment, jitter: 0.5)
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
