/// What has become of a receipt.
package enum ReceiptState: String, Hashable, Sendable, Codable, CaseIterable {
    /// Its key and bytes are on record; nothing may have been sent yet, or the answer is unknown.
    case planned
    /// The provider has it and named its number.
    case submitted
    /// It has its fiscal signs.
    case fiscalised
    /// The provider refused it for good.
    case refused
    /// Built and checked in shadow mode; never sent.
    case shadow
    /// Given up by a person in favour of another edition or a correction.
    case abandoned
}
