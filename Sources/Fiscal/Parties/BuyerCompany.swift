/// A company or entrepreneur that pays by card or in cash: tags 1227 and 1228, inside 1256 in FFD 1.2 (R51).
///
/// Not sent for private persons. Both values are personal data if the buyer is an entrepreneur, so `description` masks.
package struct BuyerCompany: Hashable, Sendable, CustomStringConvertible {
    /// The most characters of the name that every provider takes.
    package static let maximumNameLength = 239

    /// Tag 1227: 1 to ``maximumNameLength`` characters.
    package let name: String
    /// Tag 1228.
    package let inn: INN

    /// Reads a buyer from the texts of an order.
    ///
    /// - Throws: ``FiscalFaults`` at `name` and `inn`.
    package init(name: String, inn: String) throws(FiscalFaults) {
        var collector = FaultCollector()
        let trimmed = Blanks.trimmed(name)
        if trimmed.isEmpty { collector.add(FiscalFault(.valueMissing, at: "name")) }
        if trimmed.unicodeScalars.count > Self.maximumNameLength {
            collector.add(FiscalFault(.valueTooLong, at: "name", limit: String(Self.maximumNameLength)))
        }
        let number = collector.value { () throws(FiscalFault) in try INN(inn) }
        try collector.finish()
        guard let number else { throw FiscalFaults(.innInvalid, at: "inn") }
        self.name = trimmed
        self.inn = number
    }

    package var description: String { "*** \(inn.masked)" }
}

extension BuyerCompany: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, inn
    }
}
