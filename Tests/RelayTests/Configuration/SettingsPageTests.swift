import FoundationEssentials
import TestSupport
import Testing

@testable import Relay

/// The README's tables of settings are complete, and name nothing else.
@Suite struct SettingsPageTests {
    /// A file in which every section is given, so that every setting is asked for.
    private static let everySection = """
        shops:
          hook:
            company: {}
            provider: { kind: cloudkassir, vat_tags: { vat22: A }, payment_types: { cash: 1 } }
            bitrix:
              webhook_url: "https://shop.example.ru/rest/1/secret/"
              properties: { refund: { fn: A }, closing: { fn: B }, correction: { fn: C } }
          application:
            provider: { kind: none }
            bitrix: { oauth: { portal: "https://shop.example.ru" } }
        """

    /// The keys that are read, those of shops without `shops.<name>.`, secrets without their `_file` form.
    private static func read() throws -> Set<String> {
        var reader = ConfigurationReader(try ConfigurationSource(yaml: everySection, environment: [:]))
        _ = RelayConfiguration(from: &reader)
        let asked = Set(
            reader.source.asked.map { key in
                let parts = key.split(separator: ".")
                return parts.first == "shops" ? parts.dropFirst(2).joined(separator: ".") : key
            })
        return asked.filter { !($0.hasSuffix("_file") && asked.contains(String($0.dropLast(5)))) }
    }

    /// The keys in the first cells of the tables: `` `a.b`, `.c` `` is `a.b` and `a.c`.
    private static func written() throws -> [String] {
        let page = try String(contentsOf: URL(filePath: RepositoryRoot.path + "/README.md"), encoding: .utf8)
        let section = page.split(separator: "\n## ").first { $0.hasPrefix("Settings") } ?? ""
        return section.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { line in
            var keys: [String] = []
            for span in (line.split(separator: "|").first ?? "").matches(of: /`([^`]+)`/).map(\.1) {
                guard span.hasPrefix("."), let first = keys.first else {
                    keys.append(String(span))
                    continue
                }
                keys.append(first.split(separator: ".").dropLast().joined(separator: ".") + span)
            }
            return keys.flatMap(expanded)
        }
    }

    /// Placeholders stand for the names that ``everySection`` gives.
    private static func expanded(_ key: String) -> [String] {
        if key.hasPrefix("former_providers.") { return [] }
        if key.contains("<kind>") {
            return ["refund", "closing", "correction"].map { key.replacing("<kind>", with: $0) }
        }
        return [key.replacing("<rate>", with: "vat22").replacing("<means>", with: "cash")]
    }

    @Test func everySettingStandsInTheReadmeOnce() throws {
        let (read, written) = (try Self.read(), try Self.written())
        #expect(read.subtracting(written).sorted() == [])
        #expect(Set(written).subtracting(read).sorted() == [])
        #expect(written.count == Set(written).count)
    }
}
