/// I2: key and bytes are on record before the first byte leaves, the same on every send; parts go in order.
enum IntentRule {
    static func violations(of event: HistoryEvent, _ ledger: ProviderLedger?) -> [Violation] {
        var found: [Violation] = []
        for receipt in event.receipts { found += bytes(event, receipt, ledger) }
        for run in event.runs {
            guard let digest = run.digest else { continue }
            guard let promise = event.receipts.first(where: { $0.part == run.part && $0.edition == run.edition }) else {
                found.append(
                    Violation(
                        .intentFirst, "sent_unplanned", event: event.id, run: run,
                        "it sent part \(run.part), edition \(run.edition), of which nothing is on record"))
                continue
            }
            if digest != promise.recordedDigest {
                found.append(
                    Violation(
                        .intentFirst, "other_bytes_sent", event: event.id, receipt: promise.externalID, run: run,
                        "it sent other bytes than those on record"))
            }
        }
        return found + order(event)
    }

    private static func bytes(
        _ event: HistoryEvent, _ receipt: HistoryReceipt, _ ledger: ProviderLedger?
    ) -> [Violation] {
        var found: [Violation] = []
        func violation(_ code: String, _ detail: String) {
            found.append(
                Violation(.intentFirst, code, event: event.id, receipt: receipt.externalID, detail))
        }
        if receipt.requestDigest != receipt.recordedDigest {
            violation("bytes_changed", "the request on record is not the one that its digest was taken of")
        }
        if !event.shop.contains("/") {
            let key = ExternalID(
                shop: event.shop, eventKey: event.eventKey, part: receipt.part, edition: receipt.edition)
            if key.text != receipt.externalID { violation("other_key", "the key should be \(key)") }
        }
        for document in ledger?.documents(of: receipt.externalID) ?? [] where document.digest != receipt.recordedDigest
        {
            violation("other_bytes_received", "the provider received other bytes than those on record")
        }
        return found
    }

    /// A part is sent only after the one before it was printed.
    private static func order(_ event: HistoryEvent) -> [Violation] {
        guard event.receipts.contains(where: { $0.part > 1 }) else { return [] }
        return event.runs.compactMap { run in
            guard run.digest != nil, run.part > 1, let began = run.startedAt else { return nil }
            let before = event.receipts.last {
                $0.part == run.part - 1 && ($0.state == .fiscalised || $0.state == .shadow)
            }
            if let before, before.closedAt.map({ $0 <= began }) ?? true { return nil }
            return Violation(
                .intentFirst, "parts_out_of_order", event: event.id, run: run,
                "it sent part \(run.part) before part \(run.part - 1) was printed")
        }
    }

    /// What the ledger holds and no receipt on record claims.
    static func unclaimed(_ keys: Set<String>, _ ledger: ProviderLedger?) -> [Violation] {
        keys.sorted().map {
            Violation(.intentFirst, "sent_without_intent", receipt: $0, "the provider has it, and nothing is on record")
        }
            + (ledger?.altered ?? []).map {
                Violation(.intentFirst, "repeated_with_other_bytes", receipt: $0, "the provider saw two bodies")
            }
    }
}
