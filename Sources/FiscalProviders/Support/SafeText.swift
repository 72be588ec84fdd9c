/// Words of somebody else made fit for logs and for people (I10).
///
/// A provider's message may repeat what it was sent. What has the shape of an address or of a phone, card, taxpayer or
/// drive number is blotted out, and length and control characters are bounded. A name in plain letters cannot be told
/// from other words, but no provider is sent one outside the receipt's buyer field.
package enum SafeText {
    /// Longest message that is kept, in characters.
    package static let limit = 300

    /// Runs of digits from this length on could identify somebody: the shortest phone number that R47 takes has ten.
    static let identifyingDigits = 9

    /// The text without line breaks, addresses, long numbers and `secrets`.
    package static func redacting(_ text: String, secrets: [String] = []) -> String {
        var safe = String(text.prefix(4 * limit))
        for secret in secrets where secret.utf8.count >= 4 {
            safe = safe.replacingAll(secret, with: "…")
        }
        let words = safe.split(whereSeparator: { $0.isWhitespace || $0.isNewline || $0.isControl })
        safe = words.map { $0.contains("@") ? "…" : String($0) }.joined(separator: " ")
        safe = blottingNumbers(safe)
        return safe.count > limit ? String(safe.prefix(limit - 1)) + "…" : safe
    }

    /// The text as a short word of `a…z`, `0…9` and `_`, at most 40 of them; `unnamed` if nothing is left.
    package static func code(_ text: String) -> String {
        var word = ""
        for character in text.lowercased().prefix(80) {
            if character.isASCII, character.isLetter || character.isNumber {
                word.append(character)
            } else if !word.isEmpty, word.last != "_" {
                word.append("_")
            }
        }
        while word.last == "_" { word.removeLast() }
        guard !word.isEmpty else { return "unnamed" }
        // A code of digits only is a number that names an error; a long one could name somebody.
        guard word.count(where: \.isNumber) < identifyingDigits else { return "number" }
        return String(word.prefix(40))
    }

    /// Replaces digits in runs that are long enough to identify, however they are grouped: `+7 (916) 123-45-67`.
    private static func blottingNumbers(_ text: String) -> String {
        var safe = ""
        var run = ""  // digits and what may stand between the groups of a number
        var digits = 0
        func end() {
            if digits >= identifyingDigits {
                if run.first?.isWhitespace == true { safe += " " }
                safe += "…"
                if run.last?.isWhitespace == true { safe += " " }
            } else {
                safe += run
            }
            run = ""
            digits = 0
        }
        for character in text {
            if character.isNumber {
                run.append(character)
                digits += 1
            } else if "+-() ".contains(character) {
                run.append(character)
            } else {
                end()
                safe.append(character)
            }
        }
        end()
        return safe
    }
}

extension Character {
    fileprivate var isControl: Bool {
        unicodeScalars.allSatisfy { $0.properties.generalCategory == .control }
    }
}

extension String {
    /// The text with every occurrence of `part` replaced; `part` is not empty.
    fileprivate func replacingAll(_ part: String, with replacement: String) -> String {
        var result = ""
        var rest = Substring(self)
        while let range = rest.firstRange(of: part) {
            result += rest[..<range.lowerBound]
            result += replacement
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
