/// An exact decimal number as PostgreSQL's `numeric` holds it: digits, never a binary float.
package struct PostgresNumeric: Hashable, Sendable, CustomStringConvertible {
    /// `-1234.50`: no exponent, no needless leading zero, trailing zeros as they are stored. `1.5` and `1.50` are
    /// different values of this type, as their scales are.
    package let text: String

    /// Digits accepted on each side together; the server's own limit lies above.
    private static let maximumDigits = 10_000

    /// Reads `[+|-]digits[.digits]`; `nil` for anything else, exponents and infinities included.
    package init?(_ text: String) {
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard rest.utf8.count <= Self.maximumDigits,
            parts.allSatisfy({ part in !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { return nil }
        let whole = parts[0].drop { $0 == "0" }
        var canonical = whole.isEmpty ? "0" : String(whole)
        if parts.count == 2 { canonical += "." + parts[1] }
        let isZero = canonical.utf8.allSatisfy { $0 == 0x30 || $0 == 0x2E }
        self.text = isNegative && !isZero ? "-" + canonical : canonical
    }

    /// An integer.
    package init(_ value: Int64) {
        text = String(value)
    }

    /// The number `units` · 10^-`scale`, for example kopecks with scale 2.
    ///
    /// - Precondition: 0 ≤ `scale` ≤ 100.
    package init(units: Int64, scale: Int) {
        precondition((0...100).contains(scale), "scale out of range")
        var digits = String(units.magnitude)
        if scale > 0 {
            digits = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
        }
        text = units < 0 ? "-" + digits : digits
    }

    init(canonical text: String) {
        self.text = text
    }

    package var description: String { text }

    /// The number in units of 10^-`scale`, for example kopecks with scale 2; `nil` if it is not whole or does not fit.
    package func units(scale: Int) -> Int64? {
        let parts = text.split(separator: ".", maxSplits: 1)
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.dropFirst(scale).allSatisfy({ $0 == "0" }) else { return nil }
        let kept = fraction.prefix(scale)
        return Int64(parts[0] + kept + String(repeating: "0", count: scale - kept.count))
    }
}
