package import Fiscal

/// What a provider tells of a receipt that it has printed.
///
/// The total and the kind are not among it: whoever asked knows them from the receipt (`Fiscal.FiscalResult`).
package struct FiscalisedReceipt: Hashable, Sendable {
    /// Checked: without all three numbers nothing was fiscalised (R61).
    package let signs: FiscalSigns

    /// The text of the QR code as the provider gave it, not yet compared with the signs (R62); nil if it gave none.
    package let qr: String?

    package init(signs: FiscalSigns, qr: String? = nil) {
        self.signs = signs
        self.qr = qr
    }

    /// Number of the fiscal drive (tag 1041).
    package var fn: String { signs.fn }

    /// Number of the fiscal document (tag 1040), without leading zeros.
    package var fd: String { String(signs.fd) }

    /// Fiscal sign of the document (tag 1077), without leading zeros.
    package var fpd: String { String(signs.fpd) }
}
