package import FoundationEssentials

/// A parsed JSON text in which numbers are exact decimals, never binary floating point.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The number as it was written, up to 38 significant digits.
    case number(Decimal)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The text is not JSON, or nested deeper than a payload may be.
    package struct Malformed: Error, Hashable {}

    /// - Throws: ``Malformed``.
    package init(parsing text: String) throws(Malformed) {
        do {
            self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        } catch {
            throw Malformed()
        }
    }

    /// A decimal number as text, from a JSON string (white space removed) or a JSON number.
    package var decimalText: String? {
        switch self {
        case .string(let text): text.trimmingWhiteSpace()
        case .number(let number): number.description
        default: nil
        }
    }

    /// What a person would call this kind of value.
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

extension JSONValue: Decodable {
    package init(from decoder: any Decoder) throws {
        // Leaves first: they are by far the most frequent.
        if let container = try? decoder.singleValueContainer() {
            if container.decodeNil() {
                self = .null
                return
            }
            if let text = try? container.decode(String.self) {
                self = .string(text)
                return
            }
            if let flag = try? container.decode(Bool.self) {
                self = .bool(flag)
                return
            }
            if let number = try? container.decode(Decimal.self) {
                self = .number(number)
                return
            }
            if let object = try? container.decode([String: JSONValue].self) {
                self = .object(object)
                return
            }
            self = .array(try container.decode([JSONValue].self))
            return
        }
        throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no value"))
    }
}
