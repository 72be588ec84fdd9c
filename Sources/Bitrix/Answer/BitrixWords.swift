/// Words of a portal made fit for logs and for people.
enum BitrixWords {
    /// Longest text that is kept, in characters.
    static let limit = 300

    /// The text without mark-up, line breaks, addresses and long numbers.
    ///
    /// A portal's error text may repeat what was sent to it, or an order's data.
    static func safe(_ text: String) -> String {
        var plain = ""
        var insideTag = false
        for character in text.prefix(4 * limit) {
            switch character {
            case "<": insideTag = true
            case ">" where insideTag:
                insideTag = false
                plain.append(" ")
            default: if !insideTag { plain.append(character) }
            }
        }
        let words = plain.split(whereSeparator: \.isWhitespace).map { word in
            // 12 digits and more: codes of Bitrix itself have twelve, a phone number has at most fifteen characters.
            let digits = word.count(where: \.isNumber)
            return word.contains("@") || word.contains("://") || digits >= 9 ? "…" : String(word)
        }
        let line = words.joined(separator: " ")
        return line.count > limit ? String(line.prefix(limit - 1)) + "…" : line
    }

    /// A code as the portal wrote it, as far as it can be one: printable ASCII, at most 64 characters.
    static func code(_ text: String) -> String {
        String(text.filter { $0.isASCII && !$0.isWhitespace && $0 != "\0" }.prefix(64))
    }
}
