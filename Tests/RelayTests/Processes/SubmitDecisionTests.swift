import FiscalProviders
import Testing

@testable import Relay

@Suite("What a submit step does before it sends")
struct SubmitDecisionTests {
    private static let policies: [ProviderDoubt.Policy?] = [nil, .resend, .lookup, .person]

    @Test("The whole table", arguments: ReceiptState.allCases)
    func table(state: ReceiptState) {
        for doubt in Self.policies {
            for bits in 0..<16 {
                let (settles, late) = (bits & 1 != 0, bits & 2 != 0)
                let (givesWay, heard) = (bits & 4 != 0, bits & 8 != 0 ? "id" : nil)
                let decision = SubmitDecision.beforeSending(
                    state: state, settlesDoubt: settles, doubt: doubt, isToGiveWay: givesWay, isLate: late, heard: heard
                )
                let expected: SubmitDecision =
                    switch state {
                    case .submitted: .await
                    case .fiscalised: .finished
                    case .refused, .shadow, .abandoned: .closed
                    case .planned where heard != nil: .alreadyAccepted(providerID: "id")
                    // What may have been sent is never late, and is sent again only where that is harmless (I4).
                    case .planned where settles: doubt == .lookup || doubt == .person ? .person : .send
                    // A correction was ordered in its place: the provider is asked for it first.
                    case .planned where givesWay: .await
                    case .planned: late ? .late : .send
                    }
                #expect(
                    decision == expected,
                    "\(state) \(String(describing: doubt)) \(settles) \(late) \(givesWay) \(heard ?? "-")")
            }
        }
    }

    @Test("What a fenced run heard reads back, and nothing else does")
    func evidence() throws {
        let exchange = ProviderExchange(httpStatus: 200, code: "ok")
        let text = try #require(
            SubmitEvidence.text(SubmitAnswer(.accepted(providerID: "a \"b\" ж"), exchange: exchange)))
        #expect(SubmitEvidence.providerID(text) == "a \"b\" ж")
        let fault = ProviderFault(.passing, code: "x", message: "y")
        #expect(SubmitEvidence.text(SubmitAnswer(.unknown(fault), exchange: exchange)) == nil)
        for other in ["", "{}", "[]", #"{"provider_id": 5}"#, #"{"id": "a"}"#] {
            #expect(SubmitEvidence.providerID(other) == nil)
        }
    }
}
