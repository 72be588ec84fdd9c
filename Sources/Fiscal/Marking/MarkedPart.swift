/// Which part of a marked pack is sold (tag 1291: 1293 over 1294), such as 3 of 10 tablets (R55).
package struct MarkedPart: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Tag 1293, at least 1.
    package let numerator: Int
    /// Tag 1294, more than the numerator.
    package let denominator: Int

    /// - Throws: ``FaultCode/markInvalid`` at `mark_part` unless 0 < numerator < denominator.
    package init(numerator: Int, denominator: Int) throws(FiscalFault) {
        guard 0 < numerator, numerator < denominator else {
            throw FiscalFault(.markInvalid, at: "mark_part", found: "\(numerator)/\(denominator)")
        }
        self.numerator = numerator
        self.denominator = denominator
    }

    package var description: String { "\(numerator)/\(denominator)" }
}
