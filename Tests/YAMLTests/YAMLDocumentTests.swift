import Testing

@testable import YAML

@Suite struct YAMLDocumentTests {
    private func plain(_ text: String) -> YAMLNode { .scalar(YAMLScalar(text)) }

    private func quoted(_ text: String) -> YAMLNode { .scalar(YAMLScalar(text, isPlain: false)) }

    /// A mapping written as pairs.
    private func mapping(_ entries: [(String, YAMLNode)]) -> YAMLNode {
        var mapping = YAMLMapping()
        for (key, value) in entries {
            let isNew = mapping.add(key, value)
            #expect(isNew)
        }
        return .mapping(mapping)
    }

    @Test(arguments: ["", "\n", "# nothing\n"]) func aTextMayHoldNothing(text: String) throws {
        #expect(try YAMLDocument.parse(text) == nil)
    }

    @Test func valuesStayAsTheyAreWritten() throws {
        let text = """
            # A shop.
            b: 1.50
            a: { "x:y": 'no', z: }
            list:
              - null
              - |
                two
                lines
              - "A\\u0411\\0"
              - Чай
            """
        #expect(
            try YAMLDocument.parse(text)
                == mapping([
                    ("b", plain("1.50")), ("a", mapping([("x:y", quoted("no")), ("z", plain(""))])),
                    (
                        "list",
                        .sequence([plain("null"), quoted("two\nlines\n"), quoted("AБ\u{0}"), plain("Чай")])
                    ),
                ]))
    }

    @Test func keysAreFoundAndKeepTheirOrder() throws {
        let root = try #require(try YAMLDocument.parse("z: 1\n7: 2\na: 3\n")?.mapping)
        #expect(root.entries.map(\.key) == ["z", "7", "a"])
        #expect(root["7"] == plain("2"))
        #expect(root["b"] == nil)
    }

    @Test func anAliasStandsForWhatItsAnchorNames() throws {
        let root = try #require(try YAMLDocument.parse("a: &x { k: v }\nb: *x\nc: [*x, *x]\n")?.mapping)
        #expect(root["b"] == root["a"])
        #expect(root["c"]?.sequence?.count == 2)
    }

    @Test(arguments: [
        ("a: [1\n", 2), ("a: 1\nb: 2\na: 3\n", 3), ("a: *nobody\n", 1), ("a: &x [*x]\n", 1), ("--- a\n--- b\n", 2),
        ("? [a, b]\n: c\n", 1), ("\ta: 1\n", 1), ("a: %\n", 1),
    ]) func whatIsNoDocumentIsRefusedWhereItStands(text: String, line: Int) {
        let fault = #expect(throws: YAMLFault.self) { try YAMLDocument.parse(text) }
        #expect(fault?.place?.line == line, "\(String(describing: fault))")
    }

    @Test func controlCharactersAreRefused() {
        let fault = #expect(throws: YAMLFault.self) { try YAMLDocument.parse("password: a\u{1}b\n") }
        #expect(fault?.description == "control characters are not allowed")
    }

    /// Whoever walks over the tree may do so by recursion.
    @Test func levelsAreBoundedThoseBehindAliasesIncluded() throws {
        func lists(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(try YAMLDocument.parse(lists(100)) != nil)
        #expect(throws: YAMLFault.self) { try YAMLDocument.parse(lists(101)) }
        #expect(throws: YAMLFault.self) { try YAMLDocument.parse(lists(100_000)) }
        #expect(try YAMLDocument.parse("a: &a \(lists(60))\nb: [[*a]]\n") != nil)
        #expect(throws: YAMLFault.self) {
            try YAMLDocument.parse("a: &a \(lists(60))\nb: \(lists(40).replacing("[]", with: "[*a]"))\n")
        }
    }

    @Test func manyAliasesTakeTheRoomOfOne() throws {
        var text = "l0: &l0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let below = Array(repeating: "*l\(level - 1)", count: 9).joined(separator: ", ")
            text += "l\(level): &l\(level) [\(below)]\n"
        }
        #expect(try YAMLDocument.parse(text)?.mapping?.entries.count == 31)
    }
}
