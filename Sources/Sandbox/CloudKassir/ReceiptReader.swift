/// Reads fields of a request body, gathering every fault with the path of its field.
struct ReceiptReader {
    private(set) var faults: [ReceiptFault] = []

    /// Notes a fault.
    mutating func fail(_ code: String, _ field: String, _ message: String) {
        faults.append(ReceiptFault(code: code, field: field, message: message))
    }

    /// A member that must be there; null counts as absent.
    mutating func required(_ value: JSONValue?, _ field: String) -> JSONValue? {
        guard let value, !value.isNull else {
            fail("missing_field", field, "is required")
            return nil
        }
        return value
    }

    /// A string that must be there and must not be blank.
    mutating func text(_ value: JSONValue?, _ field: String, atMost limit: Int = 256) -> String? {
        guard let value = required(value, field) else { return nil }
        guard let text = value.stringValue else {
            fail("invalid_field", field, "must be a string")
            return nil
        }
        guard text.contains(where: { !$0.isWhitespace }) else {
            fail("missing_field", field, "is empty")
            return nil
        }
        guard text.unicodeScalars.count <= limit else {
            fail("invalid_field", field, "is longer than \(limit) characters")
            return nil
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            fail("invalid_field", field, "holds a control character")
            return nil
        }
        return text
    }

    /// A word out of a list.
    mutating func word(_ value: JSONValue?, _ field: String, of list: [String]) -> String? {
        guard let word = text(value, field) else { return nil }
        guard list.contains(word) else {
            fail("invalid_field", field, "'\(word)' is none of \(list.joined(separator: ", "))")
            return nil
        }
        return word
    }

    /// A JSON number, not negative, with at most `decimals` digits after the point and no greater than `limit`.
    mutating func decimal(_ value: JSONValue?, _ field: String, decimals: Int, limit: ExactDecimal) -> ExactDecimal? {
        guard let value = required(value, field) else { return nil }
        guard case .number(let digits) = value else {
            fail("invalid_field", field, "must be a number")
            return nil
        }
        guard let amount = ExactDecimal(digits), amount.scale <= decimals else {
            fail("invalid_field", field, "\(digits) has more than \(decimals) decimals")
            return nil
        }
        guard amount >= .zero, amount <= limit else {
            fail("invalid_field", field, "\(digits) lies outside 0…\(limit)")
            return nil
        }
        return amount
    }
}
