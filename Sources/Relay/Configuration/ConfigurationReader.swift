import FoundationEssentials

/// Reads typed settings and gathers every fault instead of stopping at the first.
struct ConfigurationReader {
    private(set) var source: ConfigurationSource
    private(set) var faults: [ConfigurationFault] = []

    init(_ source: ConfigurationSource) {
        self.source = source
    }

    mutating func report(_ key: String, _ problem: String, allowed: String) {
        faults.append(ConfigurationFault(key: key, problem: problem, allowed: allowed))
    }

    mutating func children(of key: String) -> [String] {
        if source.isLeaf(key) { report(key, "holds no keys", allowed: "a mapping of keys") }
        return source.children(of: key)
    }

    /// Whether `key` has a value of its own, in the file or in the environment.
    mutating func has(_ key: String) -> Bool {
        source.text(key) != nil
    }

    mutating func optionalText(_ key: String) -> String? {
        guard let text = source.text(key) else {
            if source.isMapping(key) { report(key, "holds several values", allowed: "one value") }
            return nil
        }
        return text
    }

    /// A text that must be there; a placeholder is returned after the fault, so that reading goes on.
    mutating func text(_ key: String, allowed: String) -> String {
        guard let text = optionalText(key), !text.isEmpty else {
            if !source.isMapping(key) { report(key, "is missing", allowed: allowed) }
            return ""
        }
        return text
    }

    mutating func choice<Value: RawRepresentable & CaseIterable>(_ key: String, default: Value? = nil) -> Value?
    where Value.RawValue == String {
        let allowed = Value.allCases.map(\.rawValue).joined(separator: ", ")
        guard let text = optionalText(key) else {
            if `default` == nil { report(key, "is missing", allowed: allowed) }
            return `default`
        }
        guard let value = Value(rawValue: text) else {
            report(key, "“\(text)” is not known", allowed: allowed)
            return `default`
        }
        return value
    }

    mutating func bool(_ key: String, default: Bool) -> Bool {
        guard let text = optionalText(key) else { return `default` }
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default:
            report(key, "“\(text)” is no yes or no", allowed: "true, false")
            return `default`
        }
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>, default: Int) -> Int {
        guard let text = optionalText(key) else { return `default` }
        guard let value = Int(text), range.contains(value) else {
            report(key, "“\(text)” is out of range", allowed: "\(range.lowerBound) to \(range.upperBound)")
            return `default`
        }
        return value
    }

    /// A time span: a number of seconds, or one with a unit (`500ms`, `30s`, `15m`, `24h`, `7d`).
    mutating func duration(_ key: String, in range: ClosedRange<Duration>, default: Duration) -> Duration {
        guard let text = optionalText(key) else { return `default` }
        guard let value = Duration(settingText: text), range.contains(value) else {
            report(
                key, "“\(text)” is no time span in range",
                allowed: "\(range.lowerBound.settingText) to \(range.upperBound.settingText), e.g. 30s, 15m, 24h")
            return `default`
        }
        return value
    }

    /// A secret given as `key` or as `key_file`; a fault when both or neither are there.
    ///
    /// A variable of the environment overrides either form in the file.
    mutating func secret(_ key: String, required: Bool = true) -> Secret? {
        var inline = source.environmentText(key)
        var path = source.environmentText("\(key)_file")
        if inline == nil, path == nil {
            inline = optionalText(key)
            path = optionalText("\(key)_file")
        }
        switch (inline, path) {
        case (.some, .some):
            report(key, "is given twice", allowed: "either \(key) or \(key)_file")
            return nil
        case (let value?, nil):
            if value.isEmpty { report(key, "is empty", allowed: "a value, or \(key)_file with the path of a file") }
            return Secret(.inline(value))
        case (nil, let path?):
            let secret = Secret(.file(path))
            if (try? secret.read()) == nil {
                report("\(key)_file", "cannot be read or is empty", allowed: "the path of a readable file")
            }
            return secret
        case (nil, nil):
            if required { report(key, "is missing", allowed: "a value, or \(key)_file with the path of a file") }
            return nil
        }
    }

    /// An address of a server. `http:` is accepted for this machine only: elsewhere it would send credentials in clear.
    mutating func address(_ key: String, required: Bool = true) -> String? {
        guard let text = optionalText(key) else {
            if required { report(key, "is missing", allowed: "an https: address") }
            return nil
        }
        if let problem = ServerAddress.problem(in: text) {
            report(key, problem, allowed: "an https: address, or http: on this machine")
        }
        return text
    }

    /// Reports what nobody asked for, with the nearest known neighbour left to the reader's eye.
    mutating func reportUnknownKeys() {
        for key in source.unknownKeys() where !faults.contains(where: { $0.key == key }) {
            report(key, "is not a known setting", allowed: "see the README's table of settings")
        }
        for (variable, keys) in source.ambiguousVariables() {
            report(
                variable, "means several settings: \(keys.joined(separator: ", "))",
                allowed: "names of shops that differ in more than - and _")
        }
    }
}
