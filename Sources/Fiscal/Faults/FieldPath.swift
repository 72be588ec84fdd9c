/// Where in an order or a setting a fault lies, written as a reader of its JSON would: `items[2].vat_rate`.
///
/// Positions count from 0, as in JSON; ``place(in:)`` counts them from 1, as a bookkeeper does.
package struct FieldPath: Hashable, Sendable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The path as text; empty for the whole.
    package let text: String

    /// The path with this text.
    package init(_ text: String) {
        self.text = text
    }

    package init(stringLiteral value: String) {
        text = value
    }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// The order, receipt or setting as a whole.
    package static let whole = FieldPath("")

    /// The line at a position counted from 0.
    package static func item(_ position: Int) -> FieldPath {
        FieldPath("items[\(position)]")
    }

    /// A field below this one: `items[2]` and `vat_rate` give `items[2].vat_rate`.
    package func field(_ name: String) -> FieldPath {
        text.isEmpty ? FieldPath(name) : FieldPath("\(text).\(name)")
    }

    /// An element of the list at this path: `marks` and 1 give `marks[1]`.
    package func element(_ position: Int) -> FieldPath {
        FieldPath("\(text)[\(position)]")
    }

    /// This path, seen from further out: `vat_rate` within `items[2]` is `items[2].vat_rate`.
    package func within(_ outer: FieldPath) -> FieldPath {
        if text.isEmpty { return outer }
        if outer.text.isEmpty { return self }
        return text.hasPrefix("[") ? FieldPath(outer.text + text) : FieldPath("\(outer.text).\(text)")
    }

    /// The position, counted from 0, of the line that this path leads into; nil if it leads into none.
    package var itemPosition: Int? {
        guard text.hasPrefix("items["), let end = text.firstIndex(of: "]") else { return nil }
        return Int(text[text.index(text.startIndex, offsetBy: 6)..<end])
    }

    /// The line in words, as a bookkeeper counts: "Позиция 3"; nil outside the lines.
    package func place(in language: FaultLanguage) -> String? {
        guard let itemPosition, itemPosition >= 0, itemPosition < Int.max else { return nil }
        switch language {
        case .russian: return "Позиция \(itemPosition + 1)"
        case .english: return "Line \(itemPosition + 1)"
        }
    }

    package var description: String { text }
}
