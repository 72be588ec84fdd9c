/// One condition of a `filter`: prefix, field and operand.
struct BitrixCondition {
    enum Comparison {
        case equal, notEqual, less, atMost, greater, atLeast, contains, notContains
    }

    /// Prefixes, longest first, with what they mean.
    private static let prefixes: [(text: String, comparison: Comparison)] = [
        ("!=%", .notContains), ("!%=", .notContains), ("!%", .notContains), ("=%", .contains), ("%=", .contains),
        ("%", .contains), (">=", .atLeast), ("<=", .atMost), ("!=", .notEqual), ("!@", .notEqual), ("!", .notEqual),
        (">", .greater), ("<", .less), ("=", .equal), ("@", .equal),
    ]

    let position: Int
    let comparison: Comparison
    /// One operand, or for lists several of which any may match.
    let operands: [JSONValue]

    /// Reads one entry of a filter; nil if the kind has no such field: the portal drops such a condition in silence.
    init?(_ entry: JSONMember, of entity: BitrixEntity) {
        let prefix = Self.prefixes.first { entry.name.hasPrefix($0.text) }
        guard let position = entity.position(of: String(entry.name.dropFirst(prefix?.text.count ?? 0))) else {
            return nil
        }
        self.position = position
        comparison = prefix?.comparison ?? .equal
        operands = entry.value.phpEntries?.map(\.value) ?? [entry.value]
    }

    /// Whether a value meets the condition.
    func holds(for value: JSONValue) -> Bool {
        switch comparison {
        case .equal: operands.contains { Self.order(value, $0) == 0 }
        case .notEqual: !operands.contains { Self.order(value, $0) == 0 }
        case .less: operands.contains { (Self.order(value, $0) ?? 0) < 0 }
        case .atMost: operands.contains { (Self.order(value, $0) ?? 1) <= 0 }
        case .greater: operands.contains { (Self.order(value, $0) ?? 0) > 0 }
        case .atLeast: operands.contains { (Self.order(value, $0) ?? -1) >= 0 }
        case .contains: operands.contains { Self.matches(value, $0) }
        case .notContains: !operands.contains { Self.matches(value, $0) }
        }
    }

    /// Below, at or above zero as the left value stands to the right one: numbers by value, all else as text.
    /// Nil if one of them is no scalar, or only one is null.
    static func order(_ left: JSONValue, _ right: JSONValue) -> Int? {
        let leftText = left.scalarText ?? ""
        let rightText = right.scalarText ?? ""
        if left.isNull != right.isNull { return leftText.isEmpty && rightText.isEmpty ? 0 : nil }
        if let leftNumber = ExactDecimal(leftText), let rightNumber = ExactDecimal(rightText) {
            return leftNumber == rightNumber ? 0 : leftNumber < rightNumber ? -1 : 1
        }
        return leftText == rightText ? 0 : leftText < rightText ? -1 : 1
    }

    private static func matches(_ value: JSONValue, _ pattern: JSONValue) -> Bool {
        let needle = (pattern.scalarText ?? "").lowercased().filter { $0 != "%" }
        return (value.scalarText ?? "").lowercased().contains(needle)
    }
}
