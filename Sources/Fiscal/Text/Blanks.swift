/// White space as Unicode defines it, which is what stands around values that people typed or pasted.
///
/// Works on Unicode scalars: a Swift `Character` joins marks to the blank before them, so a trim by characters would
/// leave some blanks and take some letters.
enum Blanks {
    /// The text without white space at either end.
    static func trimmed(_ text: some StringProtocol) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        var kept = String.UnicodeScalarView()
        kept.append(contentsOf: scalars[first...last])
        return String(kept)
    }
}

/// Tests of single ASCII bytes, shared by the small parsers of this module.
extension UInt8 {
    /// `0` to `9`.
    var isASCIIDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }

    /// `a` to `z` and `A` to `Z`.
    var isASCIILetter: Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= self || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self
    }

    /// The byte, or the small letter of a capital.
    var asciiLowercased: UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self ? self + 32 : self
    }
}
