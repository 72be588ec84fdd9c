/// One thing that is wrong in the configuration.
package struct ConfigurationFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Dotted path, e.g. `shops.main.company.inn`.
    package let key: String
    /// What is wrong, without the value where the key holds a secret.
    package let problem: String
    /// What may stand there instead.
    package let allowed: String

    package init(key: String, problem: String, allowed: String) {
        self.key = key
        self.problem = problem
        self.allowed = allowed
    }

    package var description: String { "\(key): \(problem); allowed: \(allowed)" }
}

/// Everything that is wrong in the configuration, found in one reading.
package struct ConfigurationFaults: Error, Hashable, Sendable, CustomStringConvertible {
    package let faults: [ConfigurationFault]

    package init(_ faults: [ConfigurationFault]) {
        self.faults = faults
    }

    package var description: String {
        let heading =
            faults.count == 1 ? "1 fault in the configuration:" : "\(faults.count) faults in the configuration:"
        return ([heading] + faults.map { "  \($0)" }).joined(separator: "\n")
    }
}
