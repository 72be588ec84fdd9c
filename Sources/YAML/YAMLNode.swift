/// A value of a YAML text as it was written: what a scalar means is for its reader to say.
package indirect enum YAMLNode: Hashable, Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    case mapping(YAMLMapping)

    package var scalar: YAMLScalar? { if case .scalar(let scalar) = self { scalar } else { nil } }
    package var sequence: [YAMLNode]? { if case .sequence(let items) = self { items } else { nil } }
    package var mapping: YAMLMapping? { if case .mapping(let mapping) = self { mapping } else { nil } }
}

/// A single value.
package struct YAMLScalar: Hashable, Sendable {
    package let text: String
    /// Written without quotes and not as a block, so that it may mean something else than text: `null`, `~`, nothing.
    package let isPlain: Bool

    package init(_ text: String, isPlain: Bool = true) {
        self.text = text
        self.isPlain = isPlain
    }
}

/// Keys and their values in the order of the text. No key stands twice.
package struct YAMLMapping: Hashable, Sendable {
    package private(set) var entries: [Entry] = []
    private var places: [String: Int] = [:]

    package struct Entry: Hashable, Sendable {
        package let key: String
        package let value: YAMLNode
    }

    package init() {}

    package subscript(key: String) -> YAMLNode? { places[key].map { entries[$0].value } }

    /// `false`, and nothing is added, if the key is there already.
    mutating func add(_ key: String, _ value: YAMLNode) -> Bool {
        guard places[key] == nil else { return false }
        places[key] = entries.count
        entries.append(Entry(key: key, value: value))
        return true
    }
}
