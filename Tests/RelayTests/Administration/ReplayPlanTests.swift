import Fiscal
import Relay
import Testing

/// Where a dead job begins again, by what is on record of its receipts.
struct ReplayPlanTests {
    typealias Plan = ReplayPlan

    @Test func beforeBytesExistedItIsBuiltAgain() throws {
        #expect(try Plan.plan(reason: "shop_unknown", receipts: [], orderedAs: nil) == .rebuild)
        #expect(try Plan.plan(reason: "too_old", receipts: [], orderedAs: .receipt) == .rebuild)
        #expect(try Plan.plan(reason: "too_old", receipts: [], orderedAs: .correction) == .rebuild)
    }

    @Test func bytesThatNobodyRefusedAreSentAsTheyAre() throws {
        #expect(try Plan.plan(reason: "provider_unknown", receipts: [.planned], orderedAs: nil) == .sameStep)
        #expect(try Plan.plan(reason: "deadline_passed", receipts: [.planned], orderedAs: .receipt) == .sameStep)
        #expect(try Plan.plan(reason: "crashes", receipts: [.planned], orderedAs: nil, isInDoubt: true) == .sameStep)
    }

    @Test func aRefusedReceiptGetsItsNextEdition() throws {
        #expect(try Plan.plan(reason: "bad", receipts: [.fiscalised, .refused], orderedAs: nil) == .nextEdition)
        #expect(try Plan.plan(reason: "bad", receipts: [.abandoned], orderedAs: nil) == .nextEdition)
        // Refused after a doubt: the provider was asked by the same key, and said no.
        #expect(try Plan.plan(reason: "bad", receipts: [.refused], orderedAs: nil, isInDoubt: true) == .nextEdition)
    }

    @Test func pastItsDeadlineAPersonSaysWhatIsDue() {
        #expect(throws: Plan.Refusal.needsOrder) {
            try Plan.plan(reason: "deadline_passed", receipts: [.planned], orderedAs: nil)
        }
        #expect(throws: Plan.Refusal.needsOrder) { try Plan.plan(reason: "too_old", receipts: [], orderedAs: nil) }
    }

    @Test(arguments: ["crashes", "shop_unknown", "provider_unknown", "effect_failed"])
    func aDoubtOutlivesWhatTheJobDiedOfAndNoCorrectionTakesItsPlace(reason: String) {
        #expect(throws: Plan.Refusal.inDoubt) {
            try Plan.plan(reason: reason, receipts: [.planned], orderedAs: .correction, isInDoubt: true)
        }
    }

    /// It was never refused: a copy that comes late would have it printed beside another document.
    @Test func whatCouldNotBePrintedGoesAgainOrIsAskedForBeforeACorrection() throws {
        // The second has parts of an earlier edition that this one does not need any more.
        for receipts in [[ReceiptState.planned], [.planned, .abandoned], [.planned, .refused]] {
            for orderedAs in [nil, Plan.OrderedAs.receipt, .correction] {
                let plan = try Plan.plan(
                    reason: "provider_ofd_unavailable", receipts: receipts, orderedAs: orderedAs, failedInPassing: .sell
                )
                #expect(plan == .sameStep)
                #expect(plan.firstStep(afterDyingAt: ReceiptSteps.await) == nil)
            }
        }
    }

    @Test func aCorrectionThatCouldNotBePrintedIsNotSentAsAReceipt() throws {
        func plan(_ orderedAs: Plan.OrderedAs?, kind: String = "order.paid") throws -> Plan {
            try Plan.plan(
                reason: "provider_ofd_unavailable", receipts: [.abandoned, .planned], orderedAs: orderedAs, kind: kind,
                failedInPassing: .sellCorrection)
        }
        #expect(throws: Plan.Refusal.correctionSent) { try plan(.receipt) }
        #expect(try plan(.correction) == .sameStep)
        #expect(try plan(nil) == .sameStep)
        // It is the receipt of that event.
        #expect(try plan(.receipt, kind: "receipt.correction") == .sameStep)
    }

    @Test func whatWasNeverSentMayBecomeACorrection() throws {
        #expect(
            try Plan.plan(reason: "deadline_passed", receipts: [.planned], orderedAs: .correction) == .nextEdition)
    }

    @Test(arguments: [ReceiptState.submitted, .fiscalised])
    func whatTheProviderHasIsNotCorrectedByAReplay(state: ReceiptState) {
        #expect(throws: Plan.Refusal.alreadySent) {
            try Plan.plan(reason: "deadline_passed", receipts: [state, .planned], orderedAs: .correction)
        }
    }

    @Test func onlyAMissedSaleIsRepairedByAReplay() {
        #expect(throws: Plan.Refusal.noCorrection) {
            try Plan.plan(reason: "too_old", receipts: [], orderedAs: .correction, kind: "payment.refunded")
        }
    }

    @Test func aReceiptInDoubtIsNotReplayed() {
        #expect(throws: Plan.Refusal.inDoubt) {
            try Plan.plan(reason: "in_doubt", receipts: [.planned], orderedAs: nil)
        }
    }
}
