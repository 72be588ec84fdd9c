/// The way back from a ledger file.
extension CloudKassirService {
    /// Takes one line of a ledger file back into memory.
    func restore(_ event: JSONValue) {
        withState { state in
            switch event["event"]?.stringValue {
            case "receipt": restoreReceipt(event, &state)
            case "repeat":
                if let index = event["id"]?.stringValue.flatMap({ state.byID[$0] }) {
                    state.update(index) { $0.timesSent += 1 }
                }
            case "done":
                if let index = event["id"]?.stringValue.flatMap({ state.byID[$0] }),
                    let fn = event["fn"]?.stringValue, let fd = event["fd"]?.stringValue,
                    let fpd = event["fpd"]?.stringValue, let qr = event["qr"]?.stringValue
                {
                    state.restore(index, fiscal: .init(fn: fn, fd: fd, fpd: fpd, qr: qr))
                }
            case "fail":
                if let index = event["id"]?.stringValue.flatMap({ state.byID[$0] }) {
                    state.update(index) { receipt in
                        receipt.status = .fail
                        receipt.failure = .init(
                            code: event["code"]?.stringValue ?? "", message: event["message"]?.stringValue ?? "",
                            isPassing: event["passing"]?.boolValue ?? false)
                    }
                }
            default: break
            }
        }
    }

    private func restoreReceipt(_ event: JSONValue, _ state: inout CloudKassirState) {
        guard let text = event["body"]?.stringValue, let body = try? JSONParser.parse(text),
            let path = event["path"]?.stringValue, let id = event["id"]?.stringValue,
            let name = event["account"]?.stringValue,
            let accepted = try? ReceiptValidator.check(body, isCorrection: path == "/receipts/correction")
        else { return }
        let account = state.accounts.first { $0.name == name } ?? CloudKassirAccount(name: name)
        let bytes = Array(text.utf8)
        _ = state.add(
            receipt(
                accepted, bytes, body, Digest.sha256(bytes), account, path, id: id, Int64(event["at"]?.intValue ?? 0)))
    }
}
