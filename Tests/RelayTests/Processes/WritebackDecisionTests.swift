import Bitrix
import JobQueue
import Testing

@testable import Relay

@Suite("What becomes of a write-back")
struct WritebackDecisionTests {
    private func outcome(
        _ outcome: OrderPropertyReport.Outcome, missing: [String] = [], altered: [String] = [], overlapped: Bool = false
    ) -> Outcome {
        WritebackDecision.outcome(
            of: OrderPropertyReport(
                orderID: 7, outcome: outcome, missing: missing, altered: altered, overlapped: overlapped),
            shop: "main", order: "7", receipt: 3)
    }

    @Test("Written, or there already: recorded, and the alarm cleared", arguments: [false, true])
    func written(isThere: Bool) {
        let outcome = outcome(isThere ? .alreadyThere : .written)
        #expect(outcome.verdict == .finish(outcome: "written"))
        #expect(
            outcome.effects == [
                WritebackEffects.record(shop: "main", order: "7", receipt: 3, .written, detail: nil),
                WritebackEffects.found(shop: "main", order: "7"), AlarmEffects.clear("property_missing:main"),
            ])
        #expect(outcome.spawned.isEmpty)
    }

    @Test("Written in part: recorded with what is missing, and an alarm, not a failure")
    func partly() {
        let outcome = outcome(.written, missing: ["CLOUDKASSIR_FPD"], altered: ["CITY"], overlapped: true)
        #expect(outcome.verdict == .finish(outcome: "written"))
        #expect(
            outcome.effects.first
                == WritebackEffects.record(
                    shop: "main", order: "7", receipt: 3, .written,
                    detail: "missing: CLOUDKASSIR_FPD; altered meanwhile: CITY; the order was saved meanwhile"))
        #expect(
            outcome.effects.map(\.kind.name) == [
                "writeback.record", "writeback.found", "writeback.trouble", "alarm.raise",
            ])
    }

    @Test("Whoever saved the order meanwhile is told of, whatever came of the writing")
    func overlaps() {
        for one in [
            OrderPropertyReport.Outcome.written, .propertyMissing, .conflict(properties: ["A"]),
            .failed(.unexpected("sale.order.list", "list")),
        ] {
            let effects = outcome(one, overlapped: true).effects
            #expect(effects.contains { $0.kind.name == "writeback.trouble" }, "\(one)")
            #expect(!outcome(one).effects.contains { $0.kind.name == "writeback.trouble" }, "\(one)")
        }
    }

    @Test("Nothing that could be written: reported, and done with")
    func missing() {
        let property = outcome(.propertyMissing, missing: ["A", "B"])
        #expect(property.verdict == .finish(outcome: "property_missing"))
        #expect(property.effects.map(\.kind.name) == ["writeback.record", "writeback.found", "alarm.raise"])
        let order = outcome(.orderMissing)
        #expect(order.verdict == .finish(outcome: "order_missing"))
        #expect(
            order.effects.last
                == WritebackEffects.trouble(.orderMissing, shop: "main", order: "7", receipt: 3, detail: nil))
    }

    @Test("Damage to others is for a person; a conflict is worth another try")
    func conflicts() {
        guard case .dead(let loss) = outcome(.wouldLose(properties: ["FILE"])).verdict,
            case .later(let conflict, let after) = outcome(.conflict(properties: ["CLOUDKASSIR_FN"])).verdict
        else {
            Issue.record("another verdict")
            return
        }
        #expect(loss.code == "writeback_would_lose")
        #expect(loss.message.contains("FILE"))
        #expect(conflict.code == "writeback_conflict")
        #expect(conflict.message.contains("CLOUDKASSIR_FN"))
        #expect(after == nil)
    }

    @Test("A fault of the portal is answered by its class", arguments: BitrixReaction.Action.allCases)
    func portal(action: BitrixReaction.Action) {
        for retryAfter in [nil, Duration.seconds(33)] {
            let fault = BitrixFault(
                code: "C", message: "m", reaction: BitrixReaction(action), method: "x", retryAfter: retryAfter)
            let plain = JobFailure(code: "C", message: "m")
            let blaming = JobFailure(code: "C", message: "m", blamesDestination: true)
            let expected: Verdict =
                switch action {
                case .repeatLater, .renewToken: .later(blaming, after: retryAfter)
                case .slowPortal: .throttled(plain, retryAfter: retryAfter ?? .seconds(2))
                case .pauseMethod: .later(plain, after: retryAfter ?? .seconds(60))
                case .pausePortal: .throttled(plain, retryAfter: .seconds(600))
                case .accessRefused: .unauthorised(plain)
                case .awaitPerson: .later(plain, after: .seconds(600))
                case .reject: .dead(plain)
                }
            let verdict = outcome(.failed(fault)).verdict
            if action == .slowPortal, retryAfter == nil, case .throttled(plain, let pause?) = verdict {
                // At random, so that servers which share the limit do not come back together.
                #expect((.seconds(1)...(.seconds(3))).contains(pause))
            } else {
                #expect(verdict == expected)
            }
            #expect(outcome(.failed(fault)).effects.isEmpty)
        }
    }

    @Test("What a jammed portal gave back waits in the database, and the portal is left alone")
    func jammed() {
        let outcome = WritebackDecision.outcome(of: nil, shop: "main", order: "7", receipt: 3)
        guard case .throttled(let failure, .seconds(5)) = outcome.verdict else {
            Issue.record("\(outcome.verdict)")
            return
        }
        #expect(failure.code == "portal_slow" && outcome.effects.isEmpty)
    }
}
