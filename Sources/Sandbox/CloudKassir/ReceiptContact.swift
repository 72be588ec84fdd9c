/// Formal checks of people and companies in a receipt.
enum ReceiptContact {
    /// Whether the text is an e-mail address that a fiscal core would take (tag 1008: at most 64 characters).
    static func isEmail(_ text: String) -> Bool {
        guard text.unicodeScalars.count <= 64 else { return false }
        let halves = text.split(separator: "@", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return false }
        let atoms = halves[0].split(separator: ".", omittingEmptySubsequences: false)
        let special = Set("!#$%&'*+/=?^_`{|}~-".utf8)
        guard atoms.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { isAlphanumeric($0) || special.contains($0) } })
        else { return false }
        let labels = halves[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            }
    }

    /// Whether the text is a phone number: an optional plus and 8–15 digits; behind +7 exactly ten.
    static func isPhone(_ text: String) -> Bool {
        let digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard (8...15).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return false
        }
        return !text.hasPrefix("+7") || digits.utf8.count == 11
    }

    /// Whether the text is a taxpayer number: 10 or 12 digits with right check digits, not all zeros.
    static func isINN(_ text: String) -> Bool {
        let digits = text.utf8.map { Int($0) - 0x30 }
        guard digits.allSatisfy({ (0...9).contains($0) }), digits.contains(where: { $0 != 0 }) else { return false }
        func check(_ weights: [Int]) -> Int { zip(weights, digits).reduce(0) { $0 + $1.0 * $1.1 } % 11 % 10 }
        switch digits.count {
        case 10: return check([2, 4, 10, 3, 5, 9, 4, 6, 8]) == digits[9]
        case 12:
            return check([7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == digits[10]
                && check([3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) == digits[11]
        default: return false
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
