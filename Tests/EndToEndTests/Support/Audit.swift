import Fiscal
import Relay
import Sandbox
import Testing

extension Stage {
    /// What holds after every test, whatever went wrong in it: I1, I2, I7, I10, from the ledgers on both sides.
    func audit(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let summary = sandbox.summary().cloudKassir
        #expect(summary.duplicates == 0, "a key was fiscalised twice", sourceLocation: sourceLocation)
        #expect(summary.violations == 0, "a key was sent with other bytes", sourceLocation: sourceLocation)
        #expect(summary.refused == 0, "the cash register refused a body of ours", sourceLocation: sourceLocation)
        try await auditReceipts(sourceLocation)
        try await auditEvents(sourceLocation)
        try await auditSecrets(sourceLocation)
    }

    private struct Kept {
        let receipt: StoredReceipt
        let request: [UInt8]
        let digest: String
        let eventKey: String
    }

    /// Every document is one that we promised, in the very bytes, and every fiscal sign of ours is one of its own.
    private func auditReceipts(_ sourceLocation: SourceLocation) async throws {
        let store = ReceiptStore(pool: owner)
        var kept: [String: Kept] = [:]
        for id in try await texts("SELECT id::text FROM fiscal.receipt").compactMap(Int64.init) {
            let receipt = try #require(try await store.receipt(id: id))
            kept["\(receipt.destination) \(receipt.externalID)"] = Kept(
                receipt: receipt, request: try await store.request(of: id) ?? [],
                digest: try await texts("SELECT encode(sha256(request), 'hex') FROM fiscal.receipt WHERE id = \(id)")
                    .first ?? "",
                eventKey: try await texts("SELECT event_key FROM fiscal.outbox WHERE id = \(receipt.eventID)").first
                    ?? "")
        }
        var printed: Set<String> = []
        for sent in sandbox.receipts() {
            let destination = "cloudkassir:\(sent.account)@127.0.0.1:\(address.port)"
            guard let promise = kept["\(destination) \(sent.externalID)"] else {
                Issue.record("\(sent.externalID) was sent without an intent on record", sourceLocation: sourceLocation)
                continue
            }
            let receipt = promise.receipt
            #expect(promise.request == sent.body, sourceLocation: sourceLocation)
            #expect(promise.digest == sent.digest, sourceLocation: sourceLocation)
            #expect(receipt.requestDigest.hexadecimal == sent.digest, sourceLocation: sourceLocation)
            #expect(receipt.total.description == sent.total, sourceLocation: sourceLocation)
            guard let fiscal = sent.fiscal else { continue }
            #expect(
                printed.insert("\(receipt.eventID) \(receipt.part)").inserted,
                "two documents for part \(receipt.part) of event \(receipt.eventID)", sourceLocation: sourceLocation)
            guard try await state(of: receipt.eventID) == nil else { continue }
            #expect(receipt.state == .fiscalised, sourceLocation: sourceLocation)
            #expect(receipt.fn == fiscal.fn, sourceLocation: sourceLocation)
            #expect(receipt.fd == fiscal.fd, sourceLocation: sourceLocation)
            #expect(receipt.fpd == fiscal.fpd, sourceLocation: sourceLocation)
        }
        for promise in kept.values {
            let receipt = promise.receipt
            // What a terminal printed was never ours to send.
            if receipt.state == .fiscalised, receipt.provider != "terminal" {
                #expect(printed.contains("\(receipt.eventID) \(receipt.part)"), sourceLocation: sourceLocation)
            }
            let plain = "\(receipt.shop)/\(promise.eventKey)/\(receipt.part).\(receipt.edition)"
            let isPlain = receipt.externalID == plain
            let isHashed = receipt.externalID.wholeMatch(of: #/~[0-9a-f]{40}/#) != nil
            #expect(isPlain || isHashed, "\(receipt.externalID)", sourceLocation: sourceLocation)
        }
    }

    private func auditEvents(_ sourceLocation: SourceLocation) async throws {
        let lost = try await texts(
            """
            SELECT id::text FROM fiscal.outbox o
            WHERE NOT EXISTS (SELECT FROM fiscal.job j WHERE j.id = o.id)
              AND NOT EXISTS (SELECT FROM fiscal.event_end e WHERE e.event_id = o.id)
            """)
        #expect(lost.isEmpty, "events without a job and without an end", sourceLocation: sourceLocation)
    }

    /// Nothing that only buyer or account should know is in what people and machines read.
    private func auditSecrets(_ sourceLocation: SourceLocation) async throws {
        let told = try await texts(
            """
            SELECT concat_ws(' ', reason_code, reason, checkpoint, evidence) FROM fiscal.job
            UNION ALL SELECT concat_ws(' ', code, message, evidence) FROM fiscal.attempt
            UNION ALL SELECT concat_ws(' ', key, text) FROM fiscal.alarm
            UNION ALL SELECT concat_ws(' ', name, pause_code, pause_reason) FROM fiscal.destination
            UNION ALL SELECT concat_ws(' ', who, action, why, target, before, after) FROM fiscal.operator_action
            UNION ALL SELECT concat_ws(' ', refusal_code, refusal_message, destination, external_id) FROM fiscal.receipt
            UNION ALL SELECT detail FROM fiscal.writeback
            """)
        for text in told + log.lines {
            for secret in Sample.secrets where text.contains(secret) {
                Issue.record("“\(secret)” stands in: \(text)", sourceLocation: sourceLocation)
            }
        }
    }
}

extension [UInt8] {
    var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
