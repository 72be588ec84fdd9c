/// A quantity of goods in millionths, exact on our side.
///
/// A portal computes in binary floating point and may answer `0.30000000000000004`, so what it says is rounded to
/// millionths before it is compared.
package struct CatalogueAmount: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Negative below zero.
    package let millionths: Int64

    /// In millionths; what is read stays below it, so that a few can be added and taken from each other.
    private static let limit: Int64 = 1_000_000_000_000_000_000
    /// Characters; a float in full takes no more.
    private static let longest = 100

    package static let zero = CatalogueAmount(millionths: 0)

    package init(millionths: Int64) {
        self.millionths = millionths
    }

    /// Reads a decimal number, with an exponent too, as PHP writes small floats; further decimals are rounded.
    ///
    /// - Returns: nil for what is no number, or beyond the range of 12 digits before the point, or longer than a portal
    ///   writes any.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.longest else { return nil }
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        var exponent = 0
        if let mark = rest.firstIndex(where: { $0 == "e" || $0 == "E" }) {
            guard let value = Int(rest[rest.index(after: mark)...]), (-30...30).contains(value) else { return nil }
            exponent = value
            rest = rest[..<mark]
        }
        let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty || parts.count == 2 else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        let digits = whole + fraction
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        // How many of the digits stand before the sixth decimal.
        let kept = whole.count + exponent + 6
        var units: Int64 = 0
        for place in 0..<max(kept, 0) {
            let index = digits.index(digits.startIndex, offsetBy: place, limitedBy: digits.endIndex)
            let digit = index.flatMap { $0 < digits.endIndex ? digits[$0].wholeNumberValue : nil } ?? 0
            guard units < Self.limit / 10 else { return nil }
            units = units * 10 + Int64(digit)
        }
        if kept >= 0, kept < digits.count {
            let next = digits[digits.index(digits.startIndex, offsetBy: kept)].wholeNumberValue ?? 0
            if next >= 5 { units += 1 }
        }
        millionths = isNegative ? -units : units
    }

    /// What both are together; beyond what can be counted it stays at the end of the range.
    package func adding(_ other: CatalogueAmount) -> CatalogueAmount {
        let (sum, isBeyond) = millionths.addingReportingOverflow(other.millionths)
        return CatalogueAmount(millionths: isBeyond ? (millionths < 0 ? .min : .max) : sum)
    }

    package static func < (left: CatalogueAmount, right: CatalogueAmount) -> Bool { left.millionths < right.millionths }

    /// The shortest decimal text.
    package var description: String {
        let magnitude = millionths.magnitude
        var text = String(magnitude / 1_000_000)
        var fraction = String(magnitude % 1_000_000)
        fraction = String(repeating: "0", count: 6 - fraction.count) + fraction
        while fraction.last == "0" { fraction.removeLast() }
        if !fraction.isEmpty { text += "." + fraction }
        return millionths < 0 ? "-" + text : text
    }
}
