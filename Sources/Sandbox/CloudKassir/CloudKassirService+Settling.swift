/// The end of receipts: fiscalised, failed, pushed.
extension CloudKassirService {
    /// Notes what the ordered faults do to a receipt.
    func plan(_ faults: [Fault], _ index: Int, _ state: inout CloudKassirState) {
        for fault in faults {
            switch fault {
            case .wait(let polls): state.update(index) { $0.pollsLeft = max($0.pollsLeft, polls) }
            case .fail(let code, let message, let isPassing):
                state.update(index) { $0.plannedFailure = .init(code: code, message: message, isPassing: isPassing) }
            default: break
            }
        }
    }

    /// Ends a receipt whose time has come; says whether it ended now.
    func settle(_ index: Int, _ now: Int64, force: Bool = false, _ state: inout CloudKassirState) -> Bool {
        guard state.settle(index, now: now, force: force) else { return false }
        let receipt = state.receipts[index]
        if let fiscal = receipt.fiscal {
            journal?.append([
                "event": "done", "id": .string(receipt.id), "fn": .string(fiscal.fn), "fd": .string(fiscal.fd),
                "fpd": .string(fiscal.fpd), "qr": .string(fiscal.qr),
            ])
        } else if let failure = receipt.failure {
            journal?.append([
                "event": "fail", "id": .string(receipt.id), "code": .string(failure.code),
                "message": .string(failure.message), "passing": .bool(failure.isPassing),
            ])
        }
        return true
    }

    /// The callbacks that follow from accepting a receipt.
    func callbacks(
        afterAccepting index: Int, _ account: CloudKassirAccount, _ now: Int64, _ state: inout CloudKassirState
    ) -> [CallbackDelivery] {
        let receipt = state.receipts[index]
        guard let url = receipt.url else { return [] }
        switch account.callback {
        case .never: return []
        case .before:
            _ = settle(index, now, force: true, &state)
            return [CallbackDelivery(receiptID: receipt.id, url: url, isBeforeAnswer: true)]
        case .after, .twice:
            guard account.polls == 0 else { return [] }  // pushed when a poll has fiscalised it
            let times = account.callback == .twice ? 2 : 1
            return [CallbackDelivery(receiptID: receipt.id, url: url, delay: account.delay, times: times)]
        }
    }

    /// Ends every waiting receipt whose time has come without a poll.
    func settleDue() {
        let now = clock.microseconds()
        withState { state in
            for index in state.receipts.indices { _ = settle(index, now, &state) }
        }
    }

    /// What is pushed for a receipt: its state now, after the end of a wait that is over. Nil if it still waits.
    func callbackBody(of id: String) -> [UInt8]? {
        let now = clock.microseconds()
        return withState { state in
            guard let index = state.byID[id] else { return nil }
            _ = settle(index, now, force: state.receipts[index].pollsLeft <= 0, &state)
            let receipt = state.receipts[index]
            return receipt.status == .wait ? nil : receipt.statusAnswer.encoded()
        }
    }

    /// Notes a push and what it was answered with; nil if nobody answered.
    func notePush(of id: String, status: Int?) {
        withState { $0.notePush(of: id, status: status) }
    }
}
