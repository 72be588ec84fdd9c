/// Header fields in the order they were sent, names compared without regard to case.
///
/// Neither description shows a value: values carry credentials.
package struct HTTPHeaders: Hashable, Sendable {
    /// One field, its value without surrounding blanks.
    package struct Field: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var fields: [Field]

    package init() {
        fields = []
    }

    package init(_ fields: some Sequence<(String, String)>) {
        self.fields = fields.map { Field(name: $0.0, value: $0.1) }
    }

    /// The first value under this name, nil when there is none.
    ///
    /// Assigning replaces every field of this name with one; assigning nil removes them.
    package subscript(name: String) -> String? {
        get { fields.first { Self.sameName($0.name, name) }?.value }
        set {
            fields.removeAll { Self.sameName($0.name, name) }
            if let newValue { append(newValue, for: name) }
        }
    }

    /// Every value under this name, in order.
    package func values(of name: String) -> [String] {
        fields.filter { Self.sameName($0.name, name) }.map(\.value)
    }

    /// Adds a field and leaves others of the same name in place.
    package mutating func append(_ value: String, for name: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Continues the last value, for a header folded over several lines.
    mutating func continueLast(with text: String) {
        guard let last = fields.indices.last else { return }
        fields[last].value += fields[last].value.isEmpty || text.isEmpty ? text : " " + text
    }

    private static func sameName(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8) { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension HTTPHeaders: RandomAccessCollection {
    package var startIndex: Int { fields.startIndex }
    package var endIndex: Int { fields.endIndex }
    package subscript(position: Int) -> (name: String, value: String) {
        (fields[position].name, fields[position].value)
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements)
    }
}

extension HTTPHeaders: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The names alone.
    package var description: String {
        "[" + fields.map(\.name).joined(separator: ", ") + "]"
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, unlabeledChildren: fields.map(\.name), displayStyle: .collection) }
}
