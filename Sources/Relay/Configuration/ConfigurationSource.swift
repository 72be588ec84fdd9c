import YAML

/// The raw settings: a YAML tree with environment variables laid over it.
///
/// A variable overrides the key of the same name in capitals: `FISCAL_RELAY_SHOPS_MAIN_COMPANY_INN` is
/// `shops.main.company.inn`. Names of shops are the keys that stand below `shops` in the file, since capitals and
/// underscores could not tell `my-shop` from `my_shop`.
struct ConfigurationSource {
    private let root: YAMLNode?
    private let environment: [String: String]
    /// Keys that a reader asked for: what is left over at the end is a spelling mistake.
    private(set) var asked: Set<String> = []
    private(set) var askedSections: Set<String> = []

    static let environmentPrefix = "FISCAL_RELAY_"

    /// More than thousands of shops need. A few lines of aliases to aliases would be read as billions of values.
    static let mostNodes = 200_000

    /// - Throws: ``ConfigurationFaults`` when the text is no YAML mapping.
    init(yaml: String, environment: [String: String]) throws(ConfigurationFaults) {
        do {
            root = try YAMLDocument.parse(yaml)
        } catch {
            throw ConfigurationFaults([
                ConfigurationFault(key: "(file)", problem: "is not valid YAML: \(error)", allowed: "a YAML mapping")
            ])
        }
        if let root, root.mapping == nil, !(root.scalar?.text.isEmpty ?? false) {
            throw ConfigurationFaults([
                ConfigurationFault(key: "(file)", problem: "is not a mapping of keys", allowed: "a YAML mapping")
            ])
        }
        if let root, Self.size(of: root, upTo: Self.mostNodes) > Self.mostNodes {
            throw ConfigurationFaults([
                ConfigurationFault(
                    key: "(file)", problem: "has more than \(Self.mostNodes) values, aliases counted each time",
                    allowed: "at most \(Self.mostNodes) values")
            ])
        }
        self.environment = environment
    }

    /// The text at `key`, from the environment or the file; nil when it stands in neither.
    mutating func text(_ key: String) -> String? {
        if let value = environmentText(key) { return value }
        guard let scalar = node(at: key)?.scalar, !Self.isNull(scalar) else { return nil }
        return scalar.text
    }

    /// The text at `key` from the environment alone. An empty variable counts as one that is not set.
    mutating func environmentText(_ key: String) -> String? {
        asked.insert(key)
        return environment[Self.variable(for: key)].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether something stands at `key` that has no keys below it.
    func isLeaf(_ key: String) -> Bool {
        guard let node = node(at: key), node.mapping == nil else { return false }
        return node.scalar.map { !Self.isNull($0) } ?? true
    }

    /// Variables that are set and mean several keys at once, each with those keys in order.
    func ambiguousVariables() -> [(variable: String, keys: [String])] {
        Dictionary(grouping: asked, by: Self.variable(for:))
            .filter { $1.count > 1 && environment[$0]?.isEmpty == false }
            .map { ($0, $1.sorted()) }
            .sorted { $0.0 < $1.0 }
    }

    /// Whether a mapping stands at `key`, where a reader expects a single value.
    func isMapping(_ key: String) -> Bool {
        guard let node = node(at: key) else { return false }
        return node.mapping != nil || node.sequence != nil
    }

    /// Names directly below `key`, in the order of the file.
    mutating func children(of key: String) -> [String] {
        askedSections.insert(key)
        return node(at: key)?.mapping?.entries.map(\.key) ?? []
    }

    /// Keys of the file and variables of the environment that nobody asked for.
    func unknownKeys() -> [String] {
        var unknown: [String] = []
        func walk(_ node: YAMLNode, _ path: String) {
            if let mapping = node.mapping {
                for entry in mapping.entries { walk(entry.value, path.isEmpty ? entry.key : "\(path).\(entry.key)") }
            } else if !asked.contains(path), !askedSections.contains(path), !path.isEmpty {
                unknown.append(path)
            }
        }
        if let root { walk(root, "") }
        let known = Set(asked.map(Self.variable(for:)))
        let strays = environment.keys
            .filter { $0.hasPrefix(Self.environmentPrefix) && !known.contains($0) && !Self.isReserved($0) }
        return unknown + strays.sorted()
    }

    static func variable(for key: String) -> String {
        environmentPrefix
            + String(key.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 })
    }

    /// Variables of that prefix which steer the program and are no settings.
    private static func isReserved(_ variable: String) -> Bool {
        variable == "FISCAL_RELAY_CONFIG" || variable.hasPrefix("FISCAL_RELAY_TEST_")
    }

    /// How many values stand in the tree, or a number above `limit` as soon as there are more.
    private static func size(of node: YAMLNode, upTo limit: Int) -> Int {
        let children = node.mapping?.entries.map(\.value) ?? node.sequence ?? []
        // Keys are values too.
        var size = 1 + (node.mapping?.entries.count ?? 0)
        for child in children {
            guard size <= limit else { break }
            size += Self.size(of: child, upTo: limit - size)
        }
        return size
    }

    private static func isNull(_ scalar: YAMLScalar) -> Bool {
        scalar.isPlain && (scalar.text.isEmpty || scalar.text == "~" || scalar.text == "null")
    }

    private func node(at key: String) -> YAMLNode? {
        var node = root
        for name in key.split(separator: ".") { node = node?.mapping?[String(name)] }
        return node
    }
}
