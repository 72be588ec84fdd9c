import Bitrix

@testable import FiscalProviders

extension FuzzTarget {
    /// A cash register's answer to a sending and to a question. The first byte chooses status and headers.
    package static let cloudKassirAnswers = FuzzTarget(
        name: "cloudkassir-answer", longest: 65536,
        words: [
            "\"id\":", "\"status\":", "\"done\"", "\"wait\"", "\"fail\"", "\"fn\":", "\"fd\":", "\"fpd\":",
            "\"error\":",
            "\"code\":", "\"message\":", "\"qr\":", "{}", "[]", "null", "true", "1e309", "-0", "\"\\ud800\"",
        ]
    ) { bytes throws(FuzzFinding) in
        guard let choice = bytes.first else { return }
        let status = [200, 201, 202, 204, 301, 400, 401, 404, 409, 422, 429, 500, 503, 0, 99, 999][Int(choice) % 16]
        let body = Array(bytes.dropFirst())
        let header = choice >= 128 ? String(decoding: body.prefix(40), as: UTF8.self) : nil
        let reply = ProviderReply.answered(
            ProviderResponse(status: status, retryAfter: header, date: header, body: body))
        let decisions = CloudKassirDecisions(
            vocabulary: CloudKassirVocabulary(), passingFailures: CloudKassirFailures.passing, secrets: ["secret"])
        let faults = [
            decisions.submit(reply, now: 1_790_000_000).verdict.fault,
            decisions.status(reply, now: 1_790_000_000).verdict.fault,
        ]
        for case let fault? in faults { try fault.check() }
        if 200..<300 ~= status, case .fiscalised(let receipt) = decisions.status(reply, now: 0).verdict,
            receipt.fn.isEmpty || receipt.fd.isEmpty || receipt.fpd.isEmpty
        {
            throw FuzzFinding("fiscalised without all three signs")
        }
    }

    /// A portal's answer to a single call and to a batch. The first byte chooses the status.
    package static let bitrixAnswers = FuzzTarget(
        name: "bitrix-answer", longest: 65536,
        words: [
            "\"result\":", "\"error\":", "\"error_description\":", "\"result_error\":", "\"result_next\":", "\"time\":",
            "\"next\":", "\"total\":", "\"operating\":", "\"c0\":", "\"QUERY_LIMIT_EXCEEDED\"", "\"expired_token\"",
            "{}",
            "[]", "false", "null", "1e309", "99999999999999999999", "\"\\ud800\"",
        ]
    ) { bytes throws(FuzzFinding) in
        guard let choice = bytes.first else { return }
        let status = [200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 502, 503][Int(choice) % 12]
        let body = Array(bytes.dropFirst())
        let envelope: BitrixEnvelope
        do throws(BitrixFault) {
            envelope = try BitrixEnvelope.open(body, status: status, method: "batch")
        } catch {
            return try error.check()
        }
        let calls = [BitrixCall("sale.order.get", ["id": 1]), BitrixCall("sale.order.update", ["id": 1])]
        let answer = BitrixBatchAnswer(envelope.result, commands: calls, movedTo: nil)
        guard answer.outcomes.count == calls.count else { throw FuzzFinding("a command of the batch has no outcome") }
        for case .failure(let fault) in answer.outcomes { try fault.check() }
        // What was read can be written, and is then read as the same.
        guard let again = try? BitrixValue(parsing: envelope.result.json), again == envelope.result else {
            throw FuzzFinding("a value is not read as it was written")
        }
    }
}

extension ProviderFault {
    fileprivate func check() throws(FuzzFinding) {
        guard !code.isEmpty, !message.isEmpty, message.unicodeScalars.count <= 300, code.utf8.count <= 100 else {
            throw FuzzFinding("a fault that cannot be shown: \(code)")
        }
        guard !message.contains("secret") else { throw FuzzFinding("a fault repeats the password") }
    }
}

extension BitrixFault {
    func check() throws(FuzzFinding) {
        guard !message.isEmpty, message.unicodeScalars.count <= 500, code.utf8.count <= 200 else {
            throw FuzzFinding("a fault that cannot be shown: \(code)")
        }
    }
}
