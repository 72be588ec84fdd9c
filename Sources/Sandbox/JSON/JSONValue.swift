/// A JSON text as it was written: numbers keep their digits and objects their order.
///
/// The sandbox judges what its clients wrote, so nothing may pass through a binary float or a dictionary on the way.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The digits exactly as they stood in the text, e.g. `240.00` or `1e3`.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// Members in the order of the text; names may repeat, and then the last one counts, as in PHP.
    case object([JSONMember])

    /// An integer number.
    package static func int(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }

    /// A string, or null for nil.
    package static func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
}

/// One name and value of a JSON object.
package struct JSONMember: Hashable, Sendable {
    /// The member's name.
    package let name: String
    /// The member's value.
    package var value: JSONValue

    /// Makes a member.
    package init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

extension JSONValue {
    /// The member of an object, or nil if this is no object or has no such member.
    package subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// The element of an array, or nil if this is no array or is shorter.
    package subscript(_ index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The text of a string; nil for every other kind.
    package var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// An integer written as a number without fraction or exponent; nil for anything else.
    package var intValue: Int? {
        guard case .number(let digits) = self else { return nil }
        return Int(digits)
    }

    /// The value of a boolean; nil for every other kind.
    package var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The elements of an array; nil for every other kind.
    package var arrayValue: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members of an object; nil for every other kind.
    package var members: [JSONMember]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// A string or a number as text, the way PHP sees a scalar: true is `1`, false and null are empty.
    /// Nil for arrays and objects.
    package var scalarText: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .bool(let value): value ? "1" : ""
        case .null: ""
        case .array, .object: nil
        }
    }

    /// Whether this is absent in the sense of a client: JSON null.
    package var isNull: Bool { self == .null }

    /// Replaces or appends a member; does nothing to a value that is no object.
    package mutating func set(_ name: String, to value: JSONValue) {
        guard case .object(var members) = self else { return }
        self = .null  // gives up the second reference, so that the array is changed in place
        if let index = members.lastIndex(where: { $0.name == name }) {
            members[index].value = value
        } else {
            members.append(JSONMember(name, value))
        }
        self = .object(members)
    }

    /// A copy without the named members, at this level only.
    package func without(_ names: Set<String>) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !names.contains($0.name) })
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A JSON string.
    package init(stringLiteral value: String) { self = .string(value) }
    /// A JSON number.
    package init(integerLiteral value: Int) { self = .int(value) }
    /// A JSON boolean.
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A JSON array.
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// A JSON object with its members in the order of the literal.
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { JSONMember($0.0, $0.1) })
    }
}
