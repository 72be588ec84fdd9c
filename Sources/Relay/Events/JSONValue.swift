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

    /// The text is not JSON, nested deeper than ``JSONParser/deepest``, or holds a number that cannot be kept exactly.
    package struct Malformed: Error, Hashable {}

    /// - Throws: ``Malformed``.
    package init(parsing text: String) throws(Malformed) {
        var parser = JSONParser(Array(text.utf8))
        self = try parser.document()
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
