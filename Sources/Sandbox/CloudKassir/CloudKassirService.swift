internal import Synchronization

/// The stand-in for CloudKassir.
///
/// `POST /receipts` and `POST /receipts/correction` answer 200 `{"id"}`; `GET /receipts/{id}` answers `{"id",
/// "external_id", "status", …}`; errors are `{"error": {"code", "message"}}` with 400, 401, 404 or 405.
package final class CloudKassirService: Sendable {
    private let state: Mutex<CloudKassirState>
    let clock: SandboxClock
    let journal: LedgerJournal?
    private let keepsBodies: Bool

    init(accounts: [CloudKassirAccount], clock: SandboxClock, journal: LedgerJournal?, keepsBodies: Bool) {
        state = Mutex(CloudKassirState(accounts: accounts))
        self.clock = clock
        self.journal = journal
        self.keepsBodies = keepsBodies
    }

    /// Runs a short piece of work on the memory of the service.
    func withState<Value: Sendable>(_ body: (inout CloudKassirState) -> Value) -> Value {
        state.withLock { body(&$0) }
    }

    /// Adds an account, or replaces the one of that name.
    package func add(_ account: CloudKassirAccount) {
        withState { state in
            state.accounts.removeAll { $0.name == account.name }
            state.accounts.append(account)
        }
    }

    // MARK: Requests

    /// What a request to this service is about, or nil if no account has that path.
    func target(of request: SandboxRequest) -> SandboxTarget? {
        let candidates = withState { $0.accounts }.compactMap { account in
            request.path(below: account.basePath).map { (account: account, path: $0) }
        }
        guard let longest = candidates.map(\.account.basePath.utf8.count).max() else { return nil }
        let here = candidates.filter { $0.account.basePath.utf8.count == longest }
        let credentials = CloudKassirWire.credentials(of: request)
        let named = here.first { $0.account.login == credentials?.login }
        guard let (account, path) = named ?? here.first else { return nil }
        let isKnown = named != nil && account.password == credentials?.password
        let body = request.method == "POST" ? try? JSONParser.parse(request.body) : nil
        let subject = FaultSubject(
            service: .cloudKassir, account: account.name, method: request.method, path: path,
            externalID: body?["external_id"]?.stringValue ?? externalID(polledBy: path), body: request.body)
        return SandboxTarget(
            faultSubject: subject,
            perform: { faults in
                guard isKnown else {
                    let answer = CloudKassirWire.error(401, "unauthorized", "wrong login or password")
                    return .init(
                        answer: SandboxAnswer(
                            status: 401,
                            headers: answer.headers + [("WWW-Authenticate", "Basic realm=\"CloudKassir\"")],
                            body: answer.body))
                }
                return self.perform(request, body, account, path, faults)
            },
            errorAnswer: { status, code, message in
                CloudKassirWire.error(status, code ?? CloudKassirWire.code(of: status), message ?? "ordered fault")
            })
    }

    private func externalID(polledBy path: String) -> String? {
        guard let id = CloudKassirWire.taskID(in: path) else { return nil }
        return withState { state in state.byID[id].map { state.receipts[$0].externalID } }
    }

    private func perform(
        _ request: SandboxRequest, _ body: JSONValue?, _ account: CloudKassirAccount, _ path: String, _ faults: [Fault]
    ) -> SandboxTarget.Performed {
        let kind = CloudKassirWire.taskID(in: path) == nil ? path : "/receipts/{id}"
        withState { $0.calls["\(account.name) \(request.method) \(kind)", default: 0] += 1 }
        switch (request.method, kind) {
        case ("POST", "/receipts"), ("POST", "/receipts/correction"):
            return accept(request, body, account, path, faults)
        case ("GET", "/receipts/{id}"):
            return poll(CloudKassirWire.taskID(in: path) ?? "", account, faults)
        case (_, "/receipts"), (_, "/receipts/correction"), (_, "/receipts/{id}"):
            return .init(
                answer: CloudKassirWire.error(405, "method_not_allowed", "\(request.method) is not possible here"))
        default:
            return .init(answer: CloudKassirWire.error(404, "not_found", "there is no such method"))
        }
    }

    private func accept(
        _ request: SandboxRequest, _ body: JSONValue?, _ account: CloudKassirAccount, _ path: String, _ faults: [Fault]
    ) -> SandboxTarget.Performed {
        guard let body else {
            return refuse(
                account, nil, ReceiptFaults(faults: [.init(code: "bad_json", field: "body", message: "no JSON")]))
        }
        let accepted: ReceiptValidator.Accepted
        do throws(ReceiptFaults) {
            accepted = try ReceiptValidator.check(body, isCorrection: path == "/receipts/correction")
            if let inn = account.inn, inn != accepted.inn {
                let message = "is not the INN of this cash register"
                throw ReceiptFaults(faults: [
                    .init(code: "invalid_field", field: "receipt.company.inn", message: message)
                ])
            }
        } catch {
            return refuse(account, body["external_id"]?.stringValue, error)
        }
        let digest = Digest.sha256(request.body)
        let key = CloudKassirState.Key(account: account.name, externalID: accepted.externalID)
        let now = clock.microseconds()
        return withState { state in
            if account.deduplicates, let index = state.first(key) {
                return repeated(index, digest, path, now, faults, &state)
            }
            let index = state.add(
                receipt(
                    accepted, request.body, body, digest, account, path, id: state.nextID(account: account.name), now))
            journal?.append([
                "event": "receipt", "account": .string(account.name), "path": .string(path),
                "id": .string(state.receipts[index].id), "at": .int(now),
                "body": .string(String(decoding: request.body, as: UTF8.self)),
            ])
            plan(faults, index, &state)
            let callbacks = self.callbacks(afterAccepting: index, account, now, &state)
            return .init(answer: .json(["id": .string(state.receipts[index].id)]), callbacks: callbacks)
        }
    }

    private func refuse(
        _ account: CloudKassirAccount, _ externalID: String?, _ faults: ReceiptFaults
    ) -> SandboxTarget.Performed {
        let answer = faults.answer
        let refusal = CloudKassirState.Refusal(
            account: account.name, externalID: externalID, code: answer["error"]?["code"]?.stringValue ?? "",
            message: answer["error"]?["message"]?.stringValue ?? "")
        withState { $0.note(refusal) }
        return .init(answer: .json(answer, status: 400))
    }

    private func repeated(
        _ index: Int, _ digest: String, _ path: String, _ now: Int64, _ faults: [Fault], _ state: inout CloudKassirState
    ) -> SandboxTarget.Performed {
        let first = state.receipts[index]
        if first.digest != digest || first.path != path {
            let detail = "first \(first.digest) to \(first.path), now \(digest) to \(path)"
            state.note(
                CloudKassirState.Violation(
                    account: first.account, externalID: first.externalID, kind: "repeat_with_other_bytes",
                    detail: detail))
        }
        state.update(index) { receipt in
            receipt.timesSent += 1
            if let failure = receipt.failure, failure.isPassing, receipt.digest == digest {
                receipt.status = .wait
                receipt.failure = nil
            }
        }
        journal?.append(["event": "repeat", "id": .string(first.id), "digest": .string(digest)])
        plan(faults, index, &state)
        return .init(answer: .json(["id": .string(first.id)]))
    }

    private func poll(_ id: String, _ account: CloudKassirAccount, _ faults: [Fault]) -> SandboxTarget.Performed {
        let now = clock.microseconds()
        return withState { state in
            guard let index = state.byID[id], state.receipts[index].account == account.name else {
                return .init(answer: CloudKassirWire.error(404, "not_found", "there is no such receipt"))
            }
            plan(faults, index, &state)
            let settled = settle(index, now, &state)
            state.update(index) { receipt in
                receipt.timesPolled += 1
                if receipt.status == .wait { receipt.pollsLeft = max(0, receipt.pollsLeft - 1) }
            }
            let receipt = state.receipts[index]
            var callbacks: [CallbackDelivery] = []
            if settled, account.polls > 0, account.callback == .after || account.callback == .twice,
                let url = receipt.url
            {
                callbacks = [CallbackDelivery(receiptID: id, url: url, times: account.callback == .twice ? 2 : 1)]
            }
            return .init(answer: .json(receipt.statusAnswer), callbacks: callbacks)
        }
    }

    /// The receipt that a body in order becomes.
    func receipt(
        _ accepted: ReceiptValidator.Accepted, _ bytes: [UInt8], _ body: JSONValue, _ digest: String,
        _ account: CloudKassirAccount, _ path: String, id: String, _ now: Int64
    ) -> CloudKassirReceipt {
        let (seconds, attoseconds) = account.delay.components
        return CloudKassirReceipt(
            account: account.name, id: id, externalID: accepted.externalID, path: path, body: keepsBodies ? bytes : [],
            digest: digest,
            contentDigest: Digest.sha256(body.without(["external_id", "timestamp", "url"]).encoded()),
            type: accepted.type, total: accepted.total.moneyText, email: accepted.email, phone: accepted.phone,
            timestamp: accepted.timestamp, url: accepted.url, acceptedAt: now, pollsLeft: account.polls,
            dueAt: now + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }
}
