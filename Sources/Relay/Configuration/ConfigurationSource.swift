import Yams

/// The raw settings: a YAML tree with environment variables laid over it.
///
/// A variable overrides the key of the same name in capitals: `FISCAL_RELAY_SHOPS_MAIN_COMPANY_INN` is
/// `shops.main.company.inn`. Names of shops are the keys that stand below `shops` in the file, since capitals and
/// underscores could not tell `my-shop` from `my_shop`.
struct ConfigurationSource {
    private let root: Node?
    private let environment: [String: String]
    /// Keys that a reader asked for: what is left over at the end is a spelling mistake.
    private(set) var asked: Set<String> = []
    private(set) var askedSections: Set<String> = []

    static let environmentPrefix = "FISCAL_RELAY_"

    /// - Throws: ``ConfigurationFaults`` when the text is no YAML mapping.
    init(yaml: String, environment: [String: String]) throws(ConfigurationFaults) {
        do {
            root = try compose(yaml: yaml)
        } catch {
            throw ConfigurationFaults([
                ConfigurationFault(key: "(file)", problem: "is not valid YAML: \(error)", allowed: "a YAML mapping")
            ])
        }
        if let root, root.mapping == nil, !(root.scalar?.string.isEmpty ?? false) {
            throw ConfigurationFaults([
                ConfigurationFault(key: "(file)", problem: "is not a mapping of keys", allowed: "a YAML mapping")
            ])
        }
        self.environment = environment
    }

    /// The text at `key`, from the environment or the file; nil when it stands in neither.
    mutating func text(_ key: String) -> String? {
        asked.insert(key)
        if let value = environment[Self.variable(for: key)] { return value }
        guard let scalar = node(at: key)?.scalar, !Self.isNull(scalar) else { return nil }
        return scalar.string
    }

    /// Whether a mapping stands at `key`, where a reader expects a single value.
    func isMapping(_ key: String) -> Bool {
        guard let node = node(at: key) else { return false }
        return node.mapping != nil || node.sequence != nil
    }

    /// Names directly below `key`, in the order of the file.
    mutating func children(of key: String) -> [String] {
        askedSections.insert(key)
        return node(at: key)?.mapping?.keys.compactMap { $0.string } ?? []
    }

    /// Keys of the file and variables of the environment that nobody asked for.
    func unknownKeys() -> [String] {
        var unknown: [String] = []
        func walk(_ node: Node, _ path: String) {
            if let mapping = node.mapping {
                for (name, child) in mapping {
                    let name = name.string ?? "?"
                    walk(child, path.isEmpty ? name : "\(path).\(name)")
                }
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

    private static func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && (scalar.string.isEmpty || scalar.string == "~" || scalar.string == "null")
    }

    private func node(at key: String) -> Node? {
        var node = root
        for name in key.split(separator: ".") {
            node = node?.mapping?[Node(String(name), Tag(.str))]
        }
        return node
    }
}
