import Relay

extension FuzzTarget {
    /// The configuration file: settings, or faults that each name a key and what is allowed.
    package static let configuration = FuzzTarget(
        name: "configuration", longest: 16384,
        words: [
            "shops:", "\n  main:", "company: {", "provider: {", "bitrix: {", "kind: cloudkassir", "inn: \"7712345671\"",
            "sno: osn", "password: secret", "password_file: /", "webhook_url: https://", "worker: {", "lease: 30s",
            "&a", "*a", "<<: *a", "!!int ", "- ", "|\n", "{", "}", "[", "]", "\t", "---\n", "\u{FEFF}", "0x10", "~",
        ]
    ) { bytes throws(FuzzFinding) in
        do throws(ConfigurationFaults) {
            _ = try RelayConfiguration(yaml: String(decoding: bytes, as: UTF8.self), environment: [:])
        } catch {
            guard !error.faults.isEmpty else { throw FuzzFinding("refused without a fault") }
            for fault in error.faults where fault.key.isEmpty || fault.problem.isEmpty || fault.allowed.isEmpty {
                throw FuzzFinding("a fault that does not help: \(fault)")
            }
        }
    }
}
