/// I1: at most one document per event and part; a valid event ends with all its parts fiscalised.
enum OneReceiptRule {
    static func violations(of event: HistoryEvent, _ ledger: ProviderLedger?, isSettled: Bool) -> [Violation] {
        guard !event.receipts.isEmpty || event.end?.outcome == "fiscalised" else { return [] }
        var found: [Violation] = []
        for (part, receipts) in Dictionary(grouping: event.receipts, by: \.part).sorted(by: { $0.key < $1.key }) {
            found += once(event, part, receipts, ledger)
            for receipt in receipts { found += agreement(event, receipt, ledger, isSettled: isSettled) }
        }
        if let end = event.end { found += ended(event, end) }
        return found
    }

    private static func once(
        _ event: HistoryEvent, _ part: Int, _ receipts: [HistoryReceipt], _ ledger: ProviderLedger?
    ) -> [Violation] {
        var found: [Violation] = []
        let printed = receipts.filter { $0.state == .fiscalised }
        if printed.count > 1 {
            found.append(
                Violation(
                    .oneReceipt, "two_fiscalised", event: event.id, receipt: printed[1].externalID,
                    "part \(part) has \(printed.count) fiscalised receipts on record"))
        }
        let documents = receipts.flatMap { ledger?.documents(of: $0.externalID) ?? [] }.filter { $0.signs != nil }
        if documents.count > 1 {
            found.append(
                Violation(
                    .oneReceipt, "two_documents", event: event.id, receipt: documents[1].externalID,
                    "the provider printed \(documents.count) documents for part \(part)"))
        }
        return found
    }

    /// SHA-256 of no bytes.
    private static let digestOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    /// What we believe of a receipt, and what the provider knows of it.
    private static func agreement(
        _ event: HistoryEvent, _ receipt: HistoryReceipt, _ ledger: ProviderLedger?, isSettled: Bool
    ) -> [Violation] {
        // What a terminal printed has no request: no provider of ours knows of it.
        guard let ledger, receipt.requestDigest != Self.digestOfNothing else { return [] }
        let signs = ledger.documents(of: receipt.externalID).compactMap(\.signs)
        if receipt.state == .fiscalised {
            let agrees = receipt.signs.map(signs.contains) ?? false
            // The ledger may have been read before the document was printed.
            guard !agrees, !signs.isEmpty || isSettled else { return [] }
            return [
                Violation(
                    .oneReceipt, "signs_differ", event: event.id, receipt: receipt.externalID,
                    "the fiscal signs on record are of no document that the provider printed under this key")
            ]
        }
        guard !signs.isEmpty, event.end != nil else { return [] }
        return [
            Violation(
                .oneReceipt, "printed_unknown", event: event.id, receipt: receipt.externalID,
                "the provider printed it, and the event ended with the receipt \(receipt.state.rawValue)")
        ]
    }

    private static func ended(_ event: HistoryEvent, _ end: HistoryEvent.End) -> [Violation] {
        var found: [Violation] = []
        for receipt in event.receipts where receipt.state == .planned || receipt.state == .submitted {
            found.append(
                Violation(
                    .oneReceipt, "left_open", event: event.id, receipt: receipt.externalID,
                    "the event ended as \(end.outcome) with this receipt \(receipt.state.rawValue)"))
        }
        guard end.outcome == "fiscalised" else { return found }
        let last = event.receipts.map(\.part).max() ?? 0
        if last == 0 {
            found.append(
                Violation(.oneReceipt, "no_receipt", event: event.id, "the event ended as fiscalised without a receipt")
            )
        }
        for part in stride(from: 1, through: last, by: 1)
        where !event.receipts.contains(where: { $0.part == part && $0.state == .fiscalised }) {
            found.append(
                Violation(
                    .oneReceipt, "part_missing", event: event.id,
                    "the event ended as fiscalised, and part \(part) is not"))
        }
        return found
    }
}
