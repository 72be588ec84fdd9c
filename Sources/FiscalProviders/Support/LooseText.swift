import FoundationEssentials

/// A scalar of an answer that one release of a provider writes as a string and the next as a number.
///
/// Decoding it never fails: a value of another shape has no text, so that one odd field does not cost the answer.
struct LooseText: Decodable, Hashable, Sendable {
    /// A string without blanks at its ends, or a number in full digits; nil for anything else and for what is empty.
    let text: String?

    init(from decoder: any Decoder) throws {
        guard let container = try? decoder.singleValueContainer() else {
            text = nil
            return
        }
        let found: String?
        if let string = try? container.decode(String.self) {
            found = string
        } else if (try? container.decode(Bool.self)) != nil {
            found = nil
        } else if let number = try? container.decode(Decimal.self) {
            // Sixteen digits of a fiscal drive do not fit a binary float; a decimal keeps them.
            found = number.description
        } else {
            found = nil
        }
        let trimmed = found?.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        text = trimmed?.isEmpty == false ? trimmed : nil
    }
}
