/// A control request that cannot be carried out.
package struct ControlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, naming the field.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Reads the members of one object, refusing those that nobody asked for: a misspelt condition must not befall all.
struct ControlReader {
    private let value: JSONValue
    private let place: String

    init(_ value: JSONValue, _ place: String, knowing names: Set<String>) throws(ControlError) {
        guard let members = value.members else { throw ControlError("\(place) must be an object") }
        for member in members where !names.contains(member.name) {
            throw ControlError(
                "\(place).\(member.name) is unknown; known are \(names.sorted().joined(separator: ", "))")
        }
        self.value = value
        self.place = place
    }

    subscript(_ name: String) -> JSONValue? { value[name].flatMap { $0.isNull ? nil : $0 } }

    /// Whether the member is there, be it null.
    func has(_ name: String) -> Bool { value[name] != nil }

    func text(_ name: String) throws(ControlError) -> String? {
        guard let member = self[name] else { return nil }
        guard let text = member.stringValue else { throw ControlError("\(place).\(name) must be a string") }
        return text
    }

    func int(_ name: String) throws(ControlError) -> Int? {
        guard let member = self[name] else { return nil }
        guard let number = member.intValue else { throw ControlError("\(place).\(name) must be an integer") }
        return number
    }

    func bool(_ name: String) throws(ControlError) -> Bool? {
        guard let member = self[name] else { return nil }
        guard let value = member.boolValue else { throw ControlError("\(place).\(name) must be true or false") }
        return value
    }

    /// A decimal given as a string or a number.
    func decimal(_ name: String) throws(ControlError) -> String? {
        guard let member = self[name] else { return nil }
        guard let amount = member.scalarText.flatMap(ExactDecimal.init) else {
            throw ControlError("\(place).\(name) must be a decimal")
        }
        return amount.description
    }

    func array(_ name: String) throws(ControlError) -> [JSONValue] {
        guard let member = self[name] else { return [] }
        guard let elements = member.arrayValue else { throw ControlError("\(place).\(name) must be an array") }
        return elements
    }

    func word<Word: RawRepresentable & CaseIterable>(_ name: String, _: Word.Type) throws(ControlError) -> Word?
    where Word.RawValue == String {
        guard let text = try text(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControlError("\(place).\(name) must be one of \(words)")
        }
        return word
    }

    /// A member that must be there.
    func need<Value>(_ name: String, _ value: Value?) throws(ControlError) -> Value {
        guard let value else { throw ControlError("\(place).\(name) is required") }
        return value
    }
}
