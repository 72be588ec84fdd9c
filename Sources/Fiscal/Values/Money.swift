/// Roubles as a whole number of kopecks.
///
/// Written in JSON as a string with two decimals (`"96.67"`); read from a string or a number, never through a binary
/// float. May be negative as an intermediate value; no receipt carries a negative one.
package struct Money: Hashable, Sendable {
    /// Kopecks.
    package let kopecks: Int64

    package static let zero = Money(kopecks: 0)

    /// The greatest price, item sum or total of a receipt: 42 949 672.95 (part C of the rules, "Limits").
    package static let receiptLimit = Money(kopecks: 4_294_967_295)

    @inlinable
    package init(kopecks: Int64) { self.kopecks = kopecks }

    /// Reads an amount with at most two decimals, such as `1234.5`, `-3` or `0.10`.
    /// - Throws: ``DecimalError``.
    package init(decimalText text: some StringProtocol) throws(DecimalError) {
        try self.init(exactly: ExactDecimal(text))
    }

    /// - Throws: ``DecimalError/tooManyDecimals(allowed:)`` beyond kopecks, ``DecimalError/outOfRange``.
    package init(exactly decimal: ExactDecimal) throws(DecimalError) {
        kopecks = try decimal.scaled(to: 2)
    }

    package var isZero: Bool { kopecks == 0 }

    package var isNegative: Bool { kopecks < 0 }

    package var isPositive: Bool { kopecks > 0 }

    /// - Throws: ``DecimalError/outOfRange``.
    package func adding(_ other: Money) throws(DecimalError) -> Money {
        let (sum, overflowed) = kopecks.addingReportingOverflow(other.kopecks)
        guard !overflowed else { throw .outOfRange }
        return Money(kopecks: sum)
    }

    /// - Throws: ``DecimalError/outOfRange``.
    package func subtracting(_ other: Money) throws(DecimalError) -> Money {
        let (difference, overflowed) = kopecks.subtractingReportingOverflow(other.kopecks)
        guard !overflowed else { throw .outOfRange }
        return Money(kopecks: difference)
    }

    /// Half-up of this amount × `quantity` (R31). Both must not be negative.
    /// - Throws: ``DecimalError/outOfRange``.
    package func times(_ quantity: Quantity) throws(DecimalError) -> Money {
        guard let product = Rounding.halfUp(kopecks, times: quantity.thousandths, by: 1000) else { throw .outOfRange }
        return Money(kopecks: product)
    }
}

extension Money: Comparable {
    @inlinable
    package static func < (left: Self, right: Self) -> Bool { left.kopecks < right.kopecks }
}

extension Money: CustomStringConvertible {
    /// Always two decimals and a point: `1234.50`.
    package var description: String { DecimalText.text(units: kopecks, scale: 2) }
}

extension Money: Codable {
    /// - Throws: `DecodingError` if it is not an amount of at most two decimals.
    package init(from decoder: any Decoder) throws {
        let decimal = try ExactDecimal(from: decoder)
        do {
            try self.init(exactly: decimal)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "\(decimal) is not an amount in roubles with at most two decimals"))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
