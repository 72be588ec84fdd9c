/// The taxpayer number of a principal (tag 1226), mandatory on every item that an agent sells (R58).
package enum PrincipalINN: Hashable, Sendable, CustomStringConvertible {
    case russian(INN)
    /// A principal abroad that has no number: twelve zeros, by the FNS letter АБ-4-20/19338@ of 25.11.2020 (R50).
    case foreign

    /// What stands in the tag for a principal abroad.
    package static let foreignText = "000000000000"

    /// Takes a number with right check digits, or twelve zeros.
    ///
    /// - Throws: ``FaultCode/innInvalid`` at `supplier_inn`.
    package init(_ text: some StringProtocol) throws(FiscalFault) {
        if text == Self.foreignText {
            self = .foreign
        } else {
            do {
                self = .russian(try INN(text))
            } catch {
                throw error.at("supplier_inn")
            }
        }
    }

    /// The text of tag 1226.
    package var text: String {
        switch self {
        case .russian(let inn): inn.digits
        case .foreign: Self.foreignText
        }
    }

    package var description: String {
        switch self {
        case .russian(let inn): inn.masked
        case .foreign: Self.foreignText
        }
    }
}

extension PrincipalINN: Codable {
    /// - Throws: ``FiscalFault``, or `DecodingError` if it is no string.
    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
