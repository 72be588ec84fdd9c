/// A decimal number as written, for judging amounts without ever touching a binary float.
package struct ExactDecimal: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The value times ten to the power of ``scale``; not divisible by ten unless ``scale`` is 0.
    let coefficient: Int128
    /// Digits after the point, 0…30.
    let scale: Int

    /// Zero.
    package static let zero = ExactDecimal(coefficient: 0, scale: 0)

    private init(coefficient: Int128, scale: Int) {
        var coefficient = coefficient
        var scale = scale
        while scale > 0, coefficient % 10 == 0 {
            coefficient /= 10
            scale -= 1
        }
        self.coefficient = coefficient
        self.scale = scale
    }

    /// Reads a JSON number or plain decimal text, exponent allowed.
    ///
    /// Nil for anything else, for more than 18 significant digits and for more than 12 digits after the point:
    /// no amount of a receipt is so long, and products of two such values still fit.
    package init?(_ text: String) {
        var coefficient: Int128 = 0
        var scale = 0
        var digits = 0
        var afterPoint = false
        var rest = Substring(text)
        let negative = rest.first == "-"
        if negative { rest.removeFirst() }
        while let character = rest.first, character != "e", character != "E" {
            rest.removeFirst()
            if character == ".", !afterPoint, digits > 0 {
                afterPoint = true
                continue
            }
            guard let digit = character.isASCII ? character.wholeNumberValue : nil, digits < 18 else { return nil }
            coefficient = coefficient * 10 + Int128(digit)
            if coefficient > 0 { digits += 1 } else { digits = max(digits, 1) }
            if afterPoint { scale += 1 }
        }
        guard digits > 0, !(afterPoint && scale == 0) else { return nil }
        if rest.first != nil {
            guard let exponent = Int(rest.dropFirst()), abs(exponent) <= 12 else { return nil }
            scale -= exponent
        }
        while scale < 0 {
            coefficient *= 10
            scale += 1
        }
        guard scale <= 12, coefficient < 1_000_000_000_000_000_000 else { return nil }
        self.init(coefficient: negative ? -coefficient : coefficient, scale: scale)
    }

    private static func power(_ exponent: Int) -> Int128 {
        (0..<exponent).reduce(Int128(1)) { power, _ in power * 10 }
    }

    private func raised(to scale: Int) -> Int128 { coefficient * Self.power(scale - self.scale) }

    /// Exact sum.
    package static func + (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal {
        let scale = max(left.scale, right.scale)
        return ExactDecimal(coefficient: left.raised(to: scale) + right.raised(to: scale), scale: scale)
    }

    /// The value with the other sign.
    package var negated: ExactDecimal { ExactDecimal(coefficient: -coefficient, scale: scale) }

    /// Exact product.
    package static func * (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal {
        ExactDecimal(coefficient: left.coefficient * right.coefficient, scale: left.scale + right.scale)
    }

    /// Order of the values, whatever their scales.
    package static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        let scale = max(left.scale, right.scale)
        return left.raised(to: scale) < right.raised(to: scale)
    }

    /// Rounded to kopecks, half away from zero.
    package var roundedToKopecks: ExactDecimal {
        guard scale > 2 else { return self }
        let divisor = Self.power(scale - 2)
        let half = divisor / 2
        let kopecks = (coefficient + (coefficient < 0 ? -half : half)) / divisor
        return ExactDecimal(coefficient: kopecks, scale: 2)
    }

    /// The value with exactly two digits after the point, after rounding.
    package var moneyText: String {
        let rounded = roundedToKopecks
        let kopecks = rounded.raised(to: 2)
        let magnitude = kopecks.magnitude
        let fraction = String(magnitude % 100)
        return (kopecks < 0 ? "-" : "") + "\(magnitude / 100)." + (fraction.count < 2 ? "0" : "") + fraction
    }

    /// The value as PHP prints a float: 14 significant digits, an exponent beyond them or below a ten-thousandth.
    package var phpFloat: String {
        guard coefficient != 0 else { return "0" }
        var digits = String(coefficient.magnitude)
        var exponent = digits.count - scale - 1
        if digits.count > 14 {
            let divisor = Self.power(digits.count - 14)
            let whole = Int128(coefficient.magnitude) / divisor
            let twice = Int128(coefficient.magnitude) % divisor * 2
            digits = String(twice > divisor || (twice == divisor && whole % 2 == 1) ? whole + 1 : whole)
            if digits.count > 14 { exponent += 1 }
        }
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        let sign = coefficient < 0 ? "-" : ""
        if exponent < -4 || exponent > 13 {
            let fraction = digits.count > 1 ? String(digits.dropFirst()) : "0"
            return "\(sign)\(digits.prefix(1)).\(fraction)E\(exponent < 0 ? "-" : "+")\(abs(exponent))"
        }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        guard digits.count > exponent + 1 else {
            return sign + digits + String(repeating: "0", count: exponent + 1 - digits.count)
        }
        return sign + digits.prefix(exponent + 1) + "." + digits.dropFirst(exponent + 1)
    }

    /// Plain decimal text without an exponent or trailing zeros.
    package var description: String {
        let digits = String(coefficient.magnitude)
        let sign = coefficient < 0 ? "-" : ""
        guard scale > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return sign + padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}
