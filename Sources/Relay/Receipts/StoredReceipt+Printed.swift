import Fiscal

extension StoredReceipt {
    /// The receipt as a terminal shows it, `width` characters wide; the buyer's contact is left out.
    package func printed(width: Int) -> String {
        var result: FiscalResult?
        if let fn, let fd, let fpd, let signs = try? FiscalSigns(fn: fn, fd: fd, fpd: fpd) {
            result = FiscalResult(
                signs: signs, at: qr.flatMap { try? QRText(parsing: $0).time }, total: total, type: type)
        }
        return ReceiptPicture(of: document, result: result).text(width: width)
    }
}
