package import Bitrix
package import JobQueue

/// What becomes of a write-back by what the portal said: a pure function.
package enum WritebackDecision {
    /// How long a portal rests after it was blocked by hand or lost its plan.
    static let blockedPause: Duration = .seconds(600)

    /// How long a portal is left alone that keeps a round of calls waiting.
    static let jamPause: Duration = .seconds(5)

    /// How long to wait where the portal was asked too much and does not say: from 1 s on, at random, so that several
    /// servers which share its limit do not come back together.
    static var slowPause: Duration { .milliseconds(Int64.random(in: 1000...3000)) }

    /// What becomes of one that the desk gave back untried, or reported on.
    package static func outcome(
        of answer: WritebackDesk.Answer, shop: String, order: String, receipt: Int64
    ) -> Outcome {
        guard let answer else {
            return Outcome(
                .throttled(
                    JobFailure(code: "portal_slow", message: "The portal has kept earlier calls waiting for long."),
                    retryAfter: jamPause))
        }
        return outcome(of: answer, shop: shop, order: order, receipt: receipt)
    }

    package static func outcome(
        of report: OrderPropertyReport, shop: String, order: String, receipt: Int64
    ) -> Outcome {
        func record(_ outcome: WritebackEffects.Outcome, _ detail: String? = nil) -> Effect {
            WritebackEffects.record(shop: shop, order: order, receipt: receipt, outcome, detail: detail)
        }
        func trouble(_ kind: WritebackTroubles.Kind, _ detail: String? = nil) -> Effect {
            WritebackEffects.trouble(kind, shop: shop, order: order, receipt: receipt, detail: detail)
        }
        // Whatever came of the writing: it may have gone over what somebody else had just changed.
        let overlap = report.overlapped ? [trouble(.overlapped, detail(of: report))] : []
        let found = WritebackEffects.found(shop: shop, order: order)
        let missingKey = "property_missing:\(shop)"
        switch report.outcome {
        case .written, .alreadyThere:
            var effects = [record(.written, detail(of: report)), found] + overlap
            if report.missing.isEmpty {
                effects.append(AlarmEffects.clear(missingKey))
            } else {
                effects.append(AlarmEffects.raise(missingKey, .warning, missingText(report, shop)))
            }
            return Outcome(.finish(outcome: "written"), effects: effects)
        case .propertyMissing:
            return Outcome(
                .finish(outcome: "property_missing"),
                effects: [
                    record(.propertyMissing, report.missing.joined(separator: ", ")), found,
                    AlarmEffects.raise(missingKey, .warning, missingText(report, shop)),
                ] + overlap)
        case .orderMissing:
            return Outcome(
                .finish(outcome: "order_missing"), effects: [record(.orderMissing), trouble(.orderMissing)])
        case .wouldLose(let properties):
            return Outcome(
                .dead(
                    JobFailure(
                        code: "writeback_would_lose",
                        message: "Writing would damage these properties of the order: "
                            + properties.joined(separator: ", ") + ". Use the module's own method, or change them.")),
                effects: overlap)
        case .conflict(let properties):
            return Outcome(
                .later(
                    JobFailure(
                        code: "writeback_conflict",
                        message: "These properties do not read back as written: "
                            + properties.joined(separator: ", "))), effects: overlap)
        case .failed(let fault):
            return Outcome(verdict(of: fault), effects: overlap)
        }
    }

    private static func detail(of report: OrderPropertyReport) -> String? {
        var parts: [String] = []
        if !report.missing.isEmpty { parts.append("missing: " + report.missing.joined(separator: ", ")) }
        if !report.altered.isEmpty { parts.append("altered meanwhile: " + report.altered.joined(separator: ", ")) }
        if report.overlapped { parts.append("the order was saved meanwhile") }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private static func missingText(_ report: OrderPropertyReport, _ shop: String) -> String {
        "Orders of shop \(shop) have no property \(report.missing.joined(separator: ", ")) for their person type: "
            + "make it in the portal, and results will be shown."
    }

    static func verdict(of fault: BitrixFault) -> Verdict {
        let blaming = JobFailure(code: fault.code, message: fault.message, blamesDestination: true)
        let plain = JobFailure(code: fault.code, message: fault.message)
        switch fault.reaction.action {
        case .repeatLater, .renewToken: return .later(blaming, after: fault.retryAfter)
        case .slowPortal: return .throttled(plain, retryAfter: fault.retryAfter ?? slowPause)
        // Other methods of the portal go on, so it is the job that waits and not the destination.
        case .pauseMethod: return .later(plain, after: fault.retryAfter ?? BitrixOperatingLedger.bucket)
        case .pausePortal: return .throttled(plain, retryAfter: blockedPause)
        case .accessRefused: return .unauthorised(plain)
        case .awaitPerson: return .later(plain, after: blockedPause)
        case .reject: return .dead(plain)
        }
    }
}
