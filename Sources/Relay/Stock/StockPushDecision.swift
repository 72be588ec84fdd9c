package import Bitrix
package import JobQueue

/// What becomes of a document by what the portal did with it: a pure function.
package enum StockPushDecision {
    private static let untilReconciled = "Open until fiscal-relay stock reconcile finds ledger and portal alike."

    /// How long a document rests that the portal does not take for a reason that a person has to see to.
    static let pause: Duration = .seconds(600)

    /// - Parameters:
    ///   - report: What came of the attempt.
    ///   - document: The one on record.
    ///   - shop: Its shop.
    ///   - effects: What this run decided before it called.
    ///   - exchange: For the journal.
    ///   - next: Where the job goes when the document is dealt with.
    /// - Returns: The outcome of the run.
    package static func outcome(
        of report: CatalogueDocumentReport, document: StockDocument, shop: String, effects: [Effect],
        exchange: ExchangeRecord?, next: Verdict
    ) -> Outcome {
        let alarm = "stock_document:\(shop):\(document.store)"
        let effects =
            effects
            + report.refused.map {
                StockEffects.refuseLine(
                    document.id, product: String($0.product), code: $0.code, message: $0.message)
            }
        switch report.outcome {
        case .conducted(let id, let doubles):
            var done = effects + [StockEffects.closeDocument(document.id, portal: id), AlarmEffects.clear(alarm)]
            if !doubles.isEmpty {
                done.append(
                    AlarmEffects.raise(
                        "stock_doubled:\(shop)", .critical,
                        "The portal has conducted documents \(([id] + doubles).map(String.init).joined(separator: ", ")) "
                            + "with number \(document.number): cancel all but one. " + Self.untilReconciled))
            }
            if !report.altered.isEmpty {
                done.append(
                    AlarmEffects.raise(
                        "stock_altered:\(shop)", .critical,
                        "Document \(id) (number \(document.number)) was conducted with other lines than ours for products "
                            + "\(report.altered.map(String.init).joined(separator: ", ")). " + Self.untilReconciled))
            }
            return Outcome(next, effects: done, exchange: exchange)
        case .empty:
            return Outcome(
                next, effects: effects + [StockEffects.closeDocument(document.id, portal: nil)], exchange: exchange)
        case .takenBack(let id):
            return Outcome(
                .dead(
                    JobFailure(
                        code: "stock_document_cancelled",
                        message: "Somebody cancelled document \(id) (number \(document.number)) in the portal. "
                            + "Conduct it again there and replay, or delete it there and replay to have it made anew.")),
                effects: effects, exchange: exchange)
        case .interrupted:
            // Refusals of this run are found again by the next.
            return Outcome(.handBack)
        case .failed(let fault):
            return Outcome(verdict(of: fault), effects: effects + alarms(for: fault, alarm), exchange: exchange)
        }
    }

    /// Rights to stock that are lacking close no portal: results of receipts still go there.
    private static let ownRights: Set<String> = [
        "error_document_rights", "insufficient_scope", "access_denied", "200040300010", "200040300020",
    ]

    static func verdict(of fault: BitrixFault) -> Verdict {
        if needsPerson(fault) {
            return .later(JobFailure(code: "stock_document_refused", message: words(of: fault)), after: pause)
        }
        return WritebackDecision.verdict(of: fault)
    }

    private static func needsPerson(_ fault: BitrixFault) -> Bool {
        fault.reaction.action == .reject || ownRights.contains(fault.code.lowercased())
    }

    private static func words(of fault: BitrixFault) -> String {
        "The portal does not take the document (\(fault.method), code \(fault.code.isEmpty ? "none" : fault.code)): "
            + "\(fault.message) Is inventory management on, and may the webhook's user write documents of this store?"
    }

    private static func alarms(for fault: BitrixFault, _ key: String) -> [Effect] {
        needsPerson(fault) ? [AlarmEffects.raise(key, .warning, words(of: fault))] : []
    }
}
