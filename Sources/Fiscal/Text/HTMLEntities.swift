/// Character references of HTML, which Bitrix stores in names (`&quot;`), decoded once (R49).
///
/// `&amp;quot;` becomes `&quot;` and stays so: that is the text which the shop wanted to show. What is no known
/// reference, or does not end in `;`, is text.
enum HTMLEntities {
    /// The text with its references replaced.
    static func decoded(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        let scalars = text.unicodeScalars
        var result = String.UnicodeScalarView()
        var position = scalars.startIndex
        while position < scalars.endIndex {
            let scalar = scalars[position]
            let next = scalars.index(after: position)
            if scalar == "&", let (decoded, end) = reference(in: scalars, after: next) {
                if let decoded { result.append(decoded) }
                position = end
            } else {
                result.append(scalar)
                position = next
            }
        }
        return String(result)
    }

    /// Reads what stands between `&` and `;`.
    ///
    /// - Returns: The scalar (nil for a number that is none) and the position behind the `;`, or nil for plain text.
    private static func reference(
        in scalars: String.UnicodeScalarView, after start: String.Index
    ) -> (Unicode.Scalar?, String.Index)? {
        let longest = 12
        let limit = scalars.index(start, offsetBy: longest, limitedBy: scalars.endIndex) ?? scalars.endIndex
        guard let end = scalars[start..<limit].firstIndex(of: ";") else { return nil }
        let name = String(scalars[start..<end])
        let behind = scalars.index(after: end)
        if name.hasPrefix("#") {
            guard let number = number(name.dropFirst()) else { return nil }
            return (scalar(numbered: number), behind)
        }
        return named[name].map { (Unicode.Scalar($0), behind) }
    }

    private static func number(_ digits: Substring) -> UInt32? {
        guard let first = digits.utf8.first else { return nil }
        if first == UInt8(ascii: "x") || first == UInt8(ascii: "X") {
            let hexadecimal = digits.dropFirst()
            guard hexadecimal.utf8.first != UInt8(ascii: "+"), hexadecimal.utf8.first != UInt8(ascii: "-") else {
                return nil
            }
            return UInt32(hexadecimal, radix: 16)
        }
        guard digits.utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        return UInt32(digits)
    }

    /// Numbers 128 to 159 mean the characters of Windows-1252 there, as HTML has it: old shops wrote `&#151;`.
    private static func scalar(numbered number: UInt32) -> Unicode.Scalar? {
        guard 0x80...0x9F ~= number else { return Unicode.Scalar(number) }
        return Unicode.Scalar(windows1252[Int(number - 0x80)])
    }

    private static let windows1252: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    /// The references that names of goods use.
    private static let named: [String: UInt32] = [
        "quot": 0x22, "amp": 0x26, "apos": 0x27, "lt": 0x3C, "gt": 0x3E, "nbsp": 0xA0, "iexcl": 0xA1, "cent": 0xA2,
        "pound": 0xA3, "yen": 0xA5, "sect": 0xA7, "copy": 0xA9, "laquo": 0xAB, "shy": 0xAD, "reg": 0xAE, "deg": 0xB0,
        "plusmn": 0xB1, "sup2": 0xB2, "sup3": 0xB3, "acute": 0xB4, "micro": 0xB5, "para": 0xB6, "middot": 0xB7,
        "sup1": 0xB9, "raquo": 0xBB, "frac14": 0xBC, "frac12": 0xBD, "frac34": 0xBE, "iquest": 0xBF, "Agrave": 0xC0,
        "Auml": 0xC4, "Ccedil": 0xC7, "Eacute": 0xC9, "Ouml": 0xD6, "times": 0xD7, "Oslash": 0xD8, "Uuml": 0xDC,
        "szlig": 0xDF, "agrave": 0xE0, "aacute": 0xE1, "acirc": 0xE2, "auml": 0xE4, "aring": 0xE5, "ccedil": 0xE7,
        "egrave": 0xE8, "eacute": 0xE9, "ecirc": 0xEA, "euml": 0xEB, "iacute": 0xED, "icirc": 0xEE, "iuml": 0xEF,
        "ntilde": 0xF1, "oacute": 0xF3, "ocirc": 0xF4, "ouml": 0xF6, "divide": 0xF7, "oslash": 0xF8, "uacute": 0xFA,
        "uuml": 0xFC, "alpha": 0x3B1, "beta": 0x3B2, "Omega": 0x3A9, "pi": 0x3C0, "ensp": 0x2002, "emsp": 0x2003,
        "thinsp": 0x2009, "zwnj": 0x200C, "zwj": 0x200D, "ndash": 0x2013, "mdash": 0x2014, "lsquo": 0x2018,
        "rsquo": 0x2019, "sbquo": 0x201A, "ldquo": 0x201C, "rdquo": 0x201D, "bdquo": 0x201E, "bull": 0x2022,
        "hellip": 0x2026, "permil": 0x2030, "prime": 0x2032, "Prime": 0x2033, "lsaquo": 0x2039, "rsaquo": 0x203A,
        "euro": 0x20AC, "numero": 0x2116, "trade": 0x2122, "larr": 0x2190, "uarr": 0x2191, "rarr": 0x2192,
        "darr": 0x2193, "minus": 0x2212, "asymp": 0x2248, "ne": 0x2260, "le": 0x2264, "ge": 0x2265,
    ]
}
