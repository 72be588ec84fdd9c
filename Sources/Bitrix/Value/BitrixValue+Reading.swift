extension BitrixValue {
    /// The value under a key of a map; of a list, the one whose position the key is. Nil for everything else.
    package subscript(key: String) -> BitrixValue? {
        switch self {
        case .map(let members): members.first { $0.key == key }?.value
        case .list(let elements): Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        default: nil
        }
    }

    /// The entries of a map, or of a list under their positions: PHP writes a map keyed 0, 1, 2 … as a list, and an
    /// empty map as `[]`. Nil for scalars.
    package var members: [Member]? {
        switch self {
        case .map(let members): members
        case .list(let elements): elements.enumerated().map { Member(String($0.offset), $0.element) }
        default: nil
        }
    }

    /// The elements of a list, or of a map in its order. Nil for scalars.
    package var elements: [BitrixValue]? {
        switch self {
        case .list(let elements): elements
        case .map(let members): members.map(\.value)
        default: nil
        }
    }

    /// A string as it is, or a number in the digits it was written in. Nil for everything else, null included.
    package var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        default: nil
        }
    }

    /// A whole number above zero, written as a number or as a string.
    package var identifier: Int64? {
        guard let value = integer, value > 0 else { return nil }
        return value
    }

    /// A whole number, written as a number or as a string.
    package var integer: Int64? { text.flatMap { Int64($0) } }

    /// Seconds of a clock or of a duration, whole or not. Only for `time`: money is read from ``text``.
    package var seconds: Double? {
        guard let value = text.flatMap({ Double($0) }), value.isFinite, value >= 0 else { return nil }
        return value
    }

    /// `Y`, `1` and true; `N`, `0`, an empty text and false. Nil for everything else.
    package var flag: Bool? {
        switch self {
        case .bool(let flag): flag
        case .string("Y"), .string("y"), .string("1"), .number("1"): true
        case .string("N"), .string("n"), .string("0"), .string(""), .number("0"): false
        default: nil
        }
    }

    /// Whether nothing is stored here: null, an empty text, list or map.
    package var isEmpty: Bool {
        switch self {
        case .null: true
        case .string(let text): text.isEmpty
        case .list(let elements): elements.isEmpty
        case .map(let members): members.isEmpty
        case .bool, .number: false
        }
    }
}
