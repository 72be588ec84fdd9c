import Fiscal
import FiscalProviders
import JobQueue
import Postgres
import Testing

@testable import Relay

/// A receipt that the provider could not print for a reason that passes was never refused: only the same bytes may follow
/// it, or what is ordered in its place once the provider was asked for it again (I1).
struct PassingFailureTests {
    private static let fault = ProviderFault(.passing, code: "provider_ofd_unavailable", message: "Away.")

    private func run(
        hours: Int64, step: String = ReceiptSteps.await, orderedAs: ReplayPlan.OrderedAs? = nil
    ) -> JobRun {
        JobRun(
            job: JobID(1), eventID: 1, shop: "main", kind: "order.paid", step: step, occurredAt: ReceiptScene.moment,
            claimedAt: ReceiptScene.moment.advanced(by: .seconds(hours * 3600)), orderedAs: orderedAs?.rawValue)
    }

    private func settle(
        _ verdict: StatusAnswer.Verdict, _ state: ReceiptState, _ run: JobRun
    ) throws -> Outcome {
        let scene = try ReceiptScene()
        return scene.steps.settle(
            StatusAnswer(verdict, exchange: ProviderExchange(httpStatus: 200, code: "ok")),
            scene.receipt(state, providerID: "t-1"), run, shop: scene.shop, others: [],
            answeredAt: ReceiptScene.moment, jitter: 0.5)
    }

    private func effects(_ outcome: Outcome) -> [String] { outcome.effects.map(\.kind.name) }

    @Test func inTimeTheSameBytesGoAgain() throws {
        let outcome = try settle(.failed(Self.fault, passing: true), .submitted, run(hours: 1))
        guard case .next(ReceiptSteps.submit, _, 1, _, .seconds(30)) = outcome.verdict else {
            Issue.record("not sent again: \(outcome.verdict)")
            return
        }
        #expect(effects(outcome) == ["receipt.reopen"])
    }

    @Test(arguments: [nil, ReplayPlan.OrderedAs.receipt, .correction])
    func pastItsDeadlineAPersonDecidesAndItIsNotRefused(orderedAs: ReplayPlan.OrderedAs?) throws {
        let outcome = try settle(
            .failed(Self.fault, passing: true), .submitted, run(hours: 25, orderedAs: orderedAs))
        guard case .dead(let failure) = outcome.verdict else {
            Issue.record("not in front of a person: \(outcome.verdict)")
            return
        }
        #expect(failure.code == "provider_ofd_unavailable")
        #expect(failure.message.contains("--as receipt") && failure.message.contains("Away."))
        #expect(effects(outcome) == ["receipt.reopen"])
    }

    @Test func whatIsWrongWithItselfIsRefusedForGood() throws {
        for hours: Int64 in [1, 25] {
            let outcome = try settle(.failed(Self.fault, passing: false), .submitted, run(hours: hours))
            #expect(effects(outcome) == ["receipt.refuse"])
        }
    }

    @Test func orderedAgainItGoesInTheSameBytes() throws {
        let scene = try ReceiptScene()
        let receipt = scene.receipt(.planned, providerID: "t-1")
        let ordered = run(hours: 25, step: ReceiptSteps.submit, orderedAs: .receipt)
        guard case .answer(let outcome) = scene.steps.question(about: receipt, ordered),
            case .next(ReceiptSteps.submit, _, _, _, _) = outcome.verdict
        else {
            Issue.record("not on its way to be sent")
            return
        }
        guard case .send = scene.steps.submission(of: receipt, ordered, shop: scene.shop, jitter: 0) else {
            Issue.record("not sent")
            return
        }
    }

    @Test func beforeACorrectionItIsAskedForByItsNumber() throws {
        let scene = try ReceiptScene()
        let receipt = scene.receipt(.planned, providerID: "t-1")
        let ordered = run(hours: 25, orderedAs: .correction)
        guard case .ask(_, "t-1") = scene.steps.question(about: receipt, ordered) else {
            Issue.record("not asked for")
            return
        }
        guard case .answer(let outcome) = scene.steps.submission(of: receipt, ordered, shop: scene.shop, jitter: 0),
            case .next(ReceiptSteps.await, _, _, _, _) = outcome.verdict
        else {
            Issue.record("sent, or built anew, without a question")
            return
        }
        // What was never with a provider has nothing to be asked for.
        guard case .answer(let unsent) = scene.steps.question(about: scene.receipt(.planned), ordered),
            case .next(ReceiptSteps.submit, _, _, _, _) = unsent.verdict
        else {
            Issue.record("asked for what was never sent")
            return
        }
    }

    @Test func theAnswerDecidesWhetherItGivesWay() throws {
        let ordered = run(hours: 25, orderedAs: .correction)
        let failed = try settle(.failed(Self.fault, passing: true), .planned, ordered)
        #expect(effects(failed) == ["receipt.refuse"])
        guard case .dead = failed.verdict else {
            Issue.record("not in front of a person: \(failed.verdict)")
            return
        }
        let waiting = try settle(.waiting, .planned, ordered)
        #expect(effects(waiting) == ["receipt.accept"])
        guard case .next(ReceiptSteps.await, _, _, _, _) = waiting.verdict else {
            Issue.record("not asked for any more: \(waiting.verdict)")
            return
        }
        let printed = try settle(
            .fiscalised(FiscalisedReceipt(signs: FiscalSigns(fn: "9999078900001234", fd: "1", fpd: "2"))), .planned,
            ordered)
        #expect(effects(printed) == ["receipt.fiscalise"])
        // A number that the provider does not know any more is no proof that nothing was printed.
        let unknown = try settle(.unknownReceipt(Self.fault), .planned, ordered)
        guard case .dead = unknown.verdict, unknown.effects.isEmpty else {
            Issue.record("given way to: \(unknown.verdict)")
            return
        }
    }
}
