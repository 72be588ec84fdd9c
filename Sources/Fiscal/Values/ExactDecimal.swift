/// A decimal number exactly as it was written: what an order brings before the rules have judged it.
///
/// Prices and quantities arrive with any number of decimals, and rule C4 wants the *first* fault in its own order;
/// so an order line keeps the number, and `Money`, `UnitPrice` and `Quantity` are made from it when it is their turn.
/// Two numbers are equal when their values are (`1.50` and `1.5`). At most 38 significant digits.
package struct ExactDecimal: Hashable, Sendable {
    /// The digits without the point; never ends in zero while `scale` is positive.
    package let units: Int128
    /// Digits after the point, 0…38.
    package let scale: Int

    package static let zero = ExactDecimal(units: 0, scale: 0)

    /// A number of `units` × 10^−`scale`; trailing zeros after the point are dropped.
    package init(units: Int128, scale: Int) {
        var units = units
        var scale = scale
        while scale > 0, units % 10 == 0 {
            units /= 10
            scale -= 1
        }
        self.units = units
        self.scale = scale
    }

    /// Reads `-`? digits (`.` digits)?, nothing else.
    /// - Throws: ``DecimalError/malformed``, ``DecimalError/outOfRange`` beyond 38 significant digits.
    package init(_ text: some StringProtocol) throws(DecimalError) {
        var units: Int128 = 0
        var scale = 0
        var zerosHeld = 0
        var digits = 0
        var isNegative = false
        var isAfterPoint = false
        var isFirst = true
        var lastWasDigit = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-") where isFirst:
                isNegative = true
            case UInt8(ascii: ".") where !isAfterPoint && lastWasDigit:
                isAfterPoint = true
                lastWasDigit = false
            case UInt8(ascii: "0") where isAfterPoint:
                digits += 1
                zerosHeld += 1
                lastWasDigit = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                for _ in 0..<zerosHeld { units = try Self.appending(0, to: units) }
                units = try Self.appending(Int128(byte - UInt8(ascii: "0")), to: units)
                if isAfterPoint { scale += zerosHeld + 1 }
                zerosHeld = 0
                digits += 1
                lastWasDigit = true
            default:
                throw .malformed
            }
            isFirst = false
        }
        guard digits > 0, lastWasDigit else { throw .malformed }
        guard scale <= 38 else { throw .outOfRange }
        self.units = isNegative ? -units : units
        self.scale = scale
    }

    package var isNegative: Bool { units < 0 }

    package var isPositive: Bool { units > 0 }

    /// The value in units of 10^−`decimals`, if it has no more decimals than that.
    /// - Throws: ``DecimalError/tooManyDecimals(allowed:)``, ``DecimalError/outOfRange``.
    package func scaled(to decimals: Int) throws(DecimalError) -> Int64 {
        guard scale <= decimals else { throw .tooManyDecimals(allowed: decimals) }
        var units = units
        for _ in scale..<decimals {
            let (product, overflowed) = units.multipliedReportingOverflow(by: 10)
            guard !overflowed else { throw .outOfRange }
            units = product
        }
        guard let result = Int64(exactly: units) else { throw .outOfRange }
        return result
    }

    /// The value in units of 10^−`decimals`, half away from zero where it has more decimals.
    /// - Throws: ``DecimalError/outOfRange``.
    package func rounded(to decimals: Int) throws(DecimalError) -> Int64 {
        guard scale > decimals else { return try scaled(to: decimals) }
        var divisor: Int128 = 1
        for _ in decimals..<scale { divisor *= 10 }
        let (quotient, remainder) = units.quotientAndRemainder(dividingBy: divisor)
        let half = divisor / 2  // the divisor is a power of ten: even
        let step: Int128 = remainder >= half ? 1 : (remainder <= -half ? -1 : 0)
        guard let result = Int64(exactly: quotient + step) else { throw .outOfRange }
        return result
    }

    private static func appending(_ digit: Int128, to units: Int128) throws(DecimalError) -> Int128 {
        let (tens, tooLarge) = units.multipliedReportingOverflow(by: 10)
        let (sum, overflowed) = tens.addingReportingOverflow(digit)
        guard !tooLarge, !overflowed else { throw .outOfRange }
        return sum
    }
}

extension ExactDecimal: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        // Whole parts decide first, so that no common scale is needed that might not fit.
        let (leftWhole, leftRest) = left.units.quotientAndRemainder(dividingBy: power(left.scale))
        let (rightWhole, rightRest) = right.units.quotientAndRemainder(dividingBy: power(right.scale))
        guard leftWhole == rightWhole else { return leftWhole < rightWhole }
        let scale = max(left.scale, right.scale)
        return leftRest * power(scale - left.scale) < rightRest * power(scale - right.scale)
    }

    private static func power(_ exponent: Int) -> Int128 {
        var result: Int128 = 1
        for _ in 0..<exponent { result *= 10 }
        return result
    }
}

extension ExactDecimal: CustomStringConvertible {
    /// The shortest text that reads back as the same value.
    package var description: String { DecimalText.text(units: units, scale: scale) }
}
