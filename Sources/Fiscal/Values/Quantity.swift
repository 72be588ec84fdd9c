/// A quantity of goods (tag 1023) with up to three decimals.
///
/// Written in JSON as a string without trailing zeros (`"3"`, `"0.333"`); read from a string or a number.
package struct Quantity: Hashable, Sendable {
    /// Thousandths of the unit of measure.
    package let thousandths: Int64

    package static let zero = Quantity(thousandths: 0)
    package static let one = Quantity(thousandths: 1000)
    /// 99 999.999: the greatest quantity that every till takes.
    package static let receiptLimit = Quantity(thousandths: 99_999_999)

    @inlinable
    package init(thousandths: Int64) { self.thousandths = thousandths }

    /// - Throws: ``DecimalError``.
    package init(decimalText text: some StringProtocol) throws(DecimalError) {
        try self.init(exactly: ExactDecimal(text))
    }

    /// - Throws: ``DecimalError/tooManyDecimals(allowed:)`` beyond three, ``DecimalError/outOfRange``.
    package init(exactly decimal: ExactDecimal) throws(DecimalError) {
        thousandths = try decimal.scaled(to: 3)
    }

    package var isZero: Bool { thousandths == 0 }

    package var isPositive: Bool { thousandths > 0 }

    package var isWhole: Bool { thousandths % 1000 == 0 }

    /// The same number as an exact decimal, as an order line wants it.
    package var decimal: ExactDecimal { ExactDecimal(units: Int128(thousandths), scale: 3) }

    /// - Throws: ``DecimalError/outOfRange``.
    package func adding(_ other: Quantity) throws(DecimalError) -> Quantity {
        let (sum, overflowed) = thousandths.addingReportingOverflow(other.thousandths)
        guard !overflowed else { throw .outOfRange }
        return Quantity(thousandths: sum)
    }
}

extension Quantity: Comparable {
    @inlinable
    package static func < (left: Self, right: Self) -> Bool { left.thousandths < right.thousandths }
}

extension Quantity: CustomStringConvertible {
    /// No trailing zeros: `3`, `0.333`.
    package var description: String {
        if isWhole { return DecimalText.text(units: thousandths / 1000, scale: 0) }
        if thousandths % 100 == 0 { return DecimalText.text(units: thousandths / 100, scale: 1) }
        if thousandths % 10 == 0 { return DecimalText.text(units: thousandths / 10, scale: 2) }
        return DecimalText.text(units: thousandths, scale: 3)
    }
}

extension Quantity: Codable {
    /// - Throws: `DecodingError` if it is not a quantity of at most three decimals.
    package init(from decoder: any Decoder) throws {
        let decimal = try ExactDecimal(from: decoder)
        do {
            try self.init(exactly: decimal)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "\(decimal) is not a quantity with at most three decimals"))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
