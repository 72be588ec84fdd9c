/// A make-believe fiscal drive: numbers documents without gaps and signs them.
struct FiscalDrive: Sendable {
    /// 16 digits; `9999` at the start marks the drives of the tax service's test stand.
    let number: String
    private(set) var lastDocument: Int

    /// The drive of an account; its number is the same in every run.
    init(account: String, lastDocument: Int = 0) {
        let digits = String(Digest.stableNumber("fiscal drive \(account)") % 1_000_000_000_000)
        number = "9999" + String(repeating: "0", count: 12 - digits.count) + digits
        self.lastDocument = lastDocument
    }

    /// Issues the next document.
    mutating func fiscalise(type: String, total: String, at time: CivilTime, digest: String)
        -> CloudKassirReceipt.Fiscal
    {
        lastDocument += 1
        let sign = Digest.stableNumber("\(number) \(lastDocument) \(digest)") % 4_294_967_295 + 1
        let kind = type.hasPrefix("sell_return") ? 2 : 1
        return CloudKassirReceipt.Fiscal(
            fn: number, fd: String(lastDocument), fpd: String(sign),
            qr: "t=\(time.qrText)&s=\(total)&fn=\(number)&i=\(lastDocument)&fp=\(sign)&n=\(kind)")
    }

    /// Continues behind a document issued before a restart.
    mutating func resume(after document: Int) {
        lastDocument = max(lastDocument, document)
    }
}
