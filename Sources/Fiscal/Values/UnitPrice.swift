/// The price of one unit as a catalogue keeps it: up to four decimals (C1).
///
/// Distinct from ``Money`` because it may not be added to anything before it has been rounded to kopecks.
package struct UnitPrice: Hashable, Sendable {
    /// Hundredths of a kopeck.
    package let tenThousandths: Int64

    package init(tenThousandths: Int64) { self.tenThousandths = tenThousandths }

    /// - Throws: ``DecimalError/tooManyDecimals(allowed:)`` beyond four, ``DecimalError/outOfRange``.
    package init(exactly decimal: ExactDecimal) throws(DecimalError) {
        tenThousandths = try decimal.scaled(to: 4)
    }

    /// The price that the receipt shows (tag 1079): half-up to kopecks per unit (C1), after the tax was put on top
    /// of a price without VAT (C2). The price must not be negative.
    /// - Parameter percent: of the tax to add; 0 when the price contains it already.
    /// - Returns: The price in kopecks.
    /// - Throws: ``DecimalError/outOfRange``.
    package func inKopecks(adding percent: Int64) throws(DecimalError) -> Money {
        guard let kopecks = Rounding.halfUp(tenThousandths, times: 100 + percent, by: 100 * 100) else {
            throw .outOfRange
        }
        return Money(kopecks: kopecks)
    }
}
