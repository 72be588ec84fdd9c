import FoundationEssentials
import Testing

/// `docs/fiscal-rules.md` is what it says: complete, and right about its tests.
@Suite struct RulesPageTests {
    private struct Row {
        let rule: String
        let cells: [String]
    }

    private static let testFolder = String(#filePath.utf8.dropLast("/Rules/RulesPageTests.swift".utf8.count)) ?? ""

    /// The rows of all tables whose first cell is the number of a rule.
    private static func rows() throws -> [Row] {
        let path = testFolder + "/../../docs/fiscal-rules.md"
        let page = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        return page.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingPrefix { $0 == " " } }
                .map { String($0.reversed().drop { $0 == " " }.reversed()) }
            guard let rule = cells.first, rule.wholeMatch(of: /[RC]\d+[ms]?/) != nil else { return nil }
            return Row(rule: rule, cells: cells)
        }
    }

    /// The sources of all tests, by the names of their files.
    private static func sources() throws -> [String: String] {
        var sources: [String: String] = [:]
        for folder in try FileManager.default.contentsOfDirectory(atPath: testFolder) where !folder.contains(".") {
            let path = "\(testFolder)/\(folder)"
            for file in try FileManager.default.contentsOfDirectory(atPath: path) where file.hasSuffix(".swift") {
                sources[String(file.dropLast(6))] = try String(
                    contentsOf: URL(filePath: "\(path)/\(file)"), encoding: .utf8)
            }
        }
        return sources
    }

    @Test("The page lists every rule once")
    func complete() throws {
        let listed = try Self.rows().map(\.rule)
        let rules = (1...77).filter { $0 != 59 && $0 != 69 }.map { "R\($0)" }
        let algorithm = (1...17).map { "C\($0)" } + ["C8m", "C10s"]
        #expect(listed.sorted() == (rules + algorithm).sorted())
    }

    @Test("Every rule that the core keeps has a test that names it, where the page says")
    func tested() throws {
        let sources = try Self.sources()
        for row in try Self.rows() where row.cells.count == 5 {
            let files = row.cells[4].matches(of: /`(\w+)`/).map { String($0.1) }
            #expect(!files.isEmpty, "\(row.rule) has no test")
            for file in files {
                let names = (sources[file] ?? "").matches(of: /@Test\(\s*"([^"]*):/).map { String($0.1) }
                let isNamed = names.contains { head in
                    head.matches(of: /[RC]\d+[ms]?/).contains { String($0.0) == row.rule }
                }
                #expect(isNamed, "no test of \(file) names \(row.rule)")
            }
        }
    }

    @Test("Every rule that the core leaves out has a reason")
    func reasons() throws {
        let left = try Self.rows().filter { $0.cells.count == 4 }
        #expect(!left.isEmpty)
        for row in left { #expect(row.cells[3].count > 15, "\(row.rule)") }
    }
}
