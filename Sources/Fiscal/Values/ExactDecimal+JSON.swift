// A JSON number reaches Swift as text only through `Decimal`, which keeps its digits; `Double` would not.
internal import FoundationEssentials

/// JSON as a string or as a number; written as a string.
extension ExactDecimal: Codable {
    /// Reads a string, or a JSON number in the decimal digits it was written in (`1e2` is 100).
    ///
    /// Of a JSON number (not a string) `Decimal` drops what follows its 38th significant digit.
    /// - Throws: `DecodingError` if it is neither, or not a number that can be kept exactly.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text: String
        if let string = try? container.decode(String.self) {
            text = string
        } else {
            text = try container.decode(Decimal.self).description
        }
        do {
            try self.init(text)
        } catch {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(text.prefix(40))\" is not a decimal number")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
