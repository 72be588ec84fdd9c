package import Fiscal

/// How a dead job is run again, by where it died: a pure decision on what is on record.
///
/// Before bytes existed it is built again. Bytes that no provider has refused are sent as they are. A receipt refused for
/// good gets its next edition, built with today's settings, and the old one stays on record. Past its deadline a person
/// says whether a receipt or a correction is due. Before a correction takes the place of a receipt that the provider had,
/// and failed to print for a reason that passes, the provider is asked for it once more.
package enum ReplayPlan: Hashable, Sendable {
    /// What a person says about a settlement whose deadline has passed.
    package enum OrderedAs: String, Sendable, CaseIterable {
        case receipt
        case correction
    }

    /// Why a job cannot be replayed as it was asked.
    package enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// Bytes may be at the provider: that is for `jobs resolve`.
        case inDoubt
        /// The deadline has passed, and nobody has said what is due.
        case needsOrder
        /// The provider has the receipt, so no correction can take its place.
        case alreadySent
        /// Only a missed sale can be repaired by a replay.
        case noCorrection
        /// A correction was ordered before, and the provider had it.
        case correctionSent

        package var description: String {
            switch self {
            case .inDoubt:
                "the provider may have this receipt: look into its account, then jobs resolve --accepted, --fiscalised or --absent"
            case .needsOrder:
                "its deadline has passed: say --as receipt or --as correction"
            case .alreadySent:
                "the provider has this receipt, so a correction cannot take its place"
            case .noCorrection:
                "only order.paid can be replayed as a correction: write a receipt.correction event instead"
            case .correctionSent:
                "the provider had a correction of it and may print it still: replay with --as correction, which sends that again"
            }
        }
    }

    /// The step at which it died, once more.
    case sameStep
    /// The same edition from the beginning.
    case rebuild
    /// Another edition; receipts that no provider has are given up.
    case nextEdition

    /// - Parameters:
    ///   - reason: The code with which the job died.
    ///   - receipts: The newest edition of every part of its event.
    ///   - orderedAs: What the person says is due; nil: as before.
    ///   - kind: The kind of the event.
    ///   - failedInPassing: The receipt among them that the provider had and could not print at the time, if any.
    ///   - isInDoubt: Whether what the job sent may be at the provider, whatever it died of since.
    /// - Returns: Where the job begins again.
    /// - Throws: ``Refusal``.
    package static func plan(
        reason: String?, receipts: [ReceiptState], orderedAs: OrderedAs?, kind: String = "order.paid",
        failedInPassing: ReceiptType? = nil, isInDoubt: Bool = false
    ) throws(Refusal) -> ReplayPlan {
        if reason == "in_doubt" { throw .inDoubt }
        if reason == "deadline_passed" || reason == "too_old", orderedAs == nil { throw .needsOrder }
        if orderedAs == .correction {
            if !canBecomeCorrection(kind) { throw .noCorrection }
            if receipts.contains(where: { $0 == .submitted || $0 == .fiscalised }) { throw .alreadySent }
            if isInDoubt, receipts.contains(.planned) { throw .inDoubt }
            if failedInPassing != nil { return .sameStep }
            return receipts.isEmpty ? .rebuild : .nextEdition
        }
        if let failedInPassing {
            if orderedAs == .receipt, canBecomeCorrection(kind), failedInPassing.isCorrection { throw .correctionSent }
            return .sameStep
        }
        if receipts.contains(.refused) || receipts.contains(.abandoned) { return .nextEdition }
        return receipts.isEmpty ? .rebuild : .sameStep
    }

    /// Whether a replay can make a correction of events of this kind: only a missed sale is repaired so (R70).
    package static func canBecomeCorrection(_ kind: String) -> Bool { kind == "order.paid" }

    /// Where a job that died at `step` begins again; nil: at that very step.
    package func firstStep(afterDyingAt step: String) -> String? {
        let isReceiptStep = [ReceiptSteps.submit, ReceiptSteps.await].contains(step)
        return self == .sameStep || !isReceiptStep && self == .rebuild ? nil : ReceiptSteps.build
    }
}
