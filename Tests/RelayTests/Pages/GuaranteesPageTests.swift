import FoundationEssentials
import TestSupport
import Testing

/// `docs/guarantees.md` and `SECURITY.md` name tests that exist.
@Suite struct GuaranteesPageTests {
    /// What stands between backticks and has the form of a test's name, with the suite that a bare `.name` belongs to.
    private static func named(in page: String) -> [(suite: String, test: String?)] {
        var suite = ""
        return page.matches(of: /`([A-Za-z]*)(?:\.([a-z][A-Za-z0-9]*))?`/).compactMap { match in
            if match.1.hasSuffix("Tests") {
                suite = String(match.1)
            } else if !match.1.isEmpty || match.2 == nil {
                return nil
            }
            return (suite, match.2.map(String.init))
        }
    }

    /// The sources of the tests, by the suites that they declare or extend.
    private static func sources() throws -> [String: String] {
        let folder = RepositoryRoot.path + "/Tests"
        var sources: [String: String] = [:]
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder) where file.hasSuffix(".swift") {
            let text = try String(contentsOf: URL(filePath: "\(folder)/\(file)"), encoding: .utf8)
            for match in text.matches(of: /(?:struct|class|extension) ([A-Za-z]+Tests)\b/) {
                sources[String(match.1), default: ""] += text
            }
        }
        return sources
    }

    @Test(arguments: ["docs/guarantees.md", "SECURITY.md"]) func everyTestItNamesExists(page: String) throws {
        let text = try String(contentsOf: URL(filePath: "\(RepositoryRoot.path)/\(page)"), encoding: .utf8)
        let (named, sources) = (Self.named(in: text), try Self.sources())
        #expect(!named.isEmpty)
        for (suite, test) in named {
            let source = sources[suite]
            #expect(source != nil, "there is no suite \(suite)")
            guard let test, let source else { continue }
            #expect(source.contains("func \(test)("), "\(suite) has no test \(test)")
        }
    }
}
