import Fiscal
import Foundation
import Testing

/// The shared vectors, and that the runner sees every difference.
@Suite struct VectorRunnerTests {
    private static func file() throws -> [UInt8] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: tests.appending(components: "Data", "receipt-vectors.json")))
    }

    private func run(_ json: String) throws -> VectorReport {
        try VectorRunner.run(Array(json.utf8))
    }

    @Test("C1–C17, R40, R45–R47, R49, R50, R62: all 34 vectors and 27 utils of the shared file pass")
    func sharedVectorsPass() throws {
        let report = try VectorRunner.run(Self.file())
        #expect(report.failures.isEmpty, "\(report.text)")
        #expect(report.passed == 61)
    }

    @Test("Any changed leaf of an expected result is reported, at its path")
    func everyLeafCounts() throws {
        let file = try JSONSerialization.jsonObject(with: Data(Self.file()))
        let root = try #require(file as? [String: Any])
        let vectors = try #require(root["vectors"] as? [[String: Any]])
        var changed = 0
        for (index, vector) in vectors.enumerated() {
            var copy = vectors
            let expected = try #require(vector["expected"] as? [String: Any])
            for mutated in Self.mutations(of: expected) {
                copy[index]["expected"] = mutated
                let data = try JSONSerialization.data(
                    withJSONObject: ["format": "receipt-vectors/1", "vectors": [copy[index]]])
                let report = try VectorRunner.run(Array(data))
                #expect(report.failed == 1, "\(vector["id"] ?? "")")
                #expect(report.failures.first?.differences.isEmpty == false)
                changed += 1
            }
        }
        #expect(changed > 500)
    }

    /// The value with one leaf changed, for each leaf.
    private static func mutations(of value: Any) -> [Any] {
        switch value {
        case let object as [String: Any]:
            return object.flatMap { name, inner in
                mutations(of: inner).map { mutated in
                    var copy = object
                    copy[name] = mutated
                    return copy as Any
                }
            }
        case let list as [Any]:
            return list.indices.flatMap { index in
                mutations(of: list[index]).map { mutated in
                    var copy = list
                    copy[index] = mutated
                    return copy as Any
                }
            }
        case let text as String:
            return [text + "1"]
        default:
            return [77]
        }
    }

    @Test("Money and quantities are compared as exact decimals, names and line ids as text")
    func exactComparison() throws {
        let file = """
            {"format": "receipt-vectors/1", "vectors": [{"id": "V", "op": "build",
              "input": {"date": "2026-03-05", "method": "full_payment", "lines": [
                {"id": "1.0", "name": "2.50", "price": 10.5, "qty": 2, "vat": "none", "object": "commodity"}]},
              "expected": {"receipts": [{"type": "sell", "sno": "osn", "items": [{"line": "1.0", "name": "NAME",
                "price": 10.500, "quantity": "2.000", "sum": "21", "method": "full_payment", "object": "commodity",
                "measure": 0, "vat": "none", "vat_sum": 0, "mark": null}],
                "payments": {"electronic": 21}, "total": "21.0", "vats": {"none": "21.00"}}]}}]}
            """
        #expect(try run(file.replacing("NAME", with: "2.50")).isSuccess)
        let differences = try #require(try run(file.replacing("NAME", with: "2.5")).failures.first?.differences)
        #expect(differences.map(\.path) == ["receipts[0].items[0].name"])
        #expect(differences.first?.text == "receipts[0].items[0].name: expected \"2.5\", got \"2.50\"")
    }

    @Test("R58: agent data are copied to the item as the vector wrote them, and spare the check of the tax system")
    func agentsAreCopied() throws {
        let file = """
            {"format": "receipt-vectors/1", "vectors": [{"id": "V", "op": "build",
              "input": {"date": "2026-03-05", "sno": "patent", "method": "full_payment", "lines": [
                {"id": "1", "name": "A", "price": "122.00", "qty": "1", "vat": "vat22", "object": "service",
                 "agent": {"anything": ["a", 1.50], "inn": "1"}}]},
              "expected": {"receipts": [{"type": "sell", "sno": "patent", "items": [{"line": "1", "name": "A",
                "price": "122.00", "quantity": "1", "sum": "122.00", "method": "full_payment", "object": "service",
                "measure": 0, "vat": "vat22", "vat_sum": "22.00", "agent": {"anything": ["a", 1.5], "inn": "1"}}],
                "payments": {"electronic": "122.00"}, "total": "122.00", "vats": {"vat22": "22.00"}}]}}]}
            """
        let report = try run(file)
        #expect(report.isSuccess, "\(report.text)")
    }

    @Test("An input that cannot be read is a failed vector, not a passed one")
    func unreadableInputFails() throws {
        let report = try run(
            """
            {"format": "receipt-vectors/1", "vectors": [
              {"id": "V", "op": "build", "input": {"date": "2026-02-30"}, "expected": {"receipts": []}},
              {"id": "W", "op": "fly", "input": {}, "expected": {"receipts": []}}, {"id": "X"}, 7],
             "utils": [{"id": "U", "op": "inn", "input": {}, "expected": {"valid": true}}]}
            """)
        #expect(report.passed == 0)
        #expect(report.failures.map(\.id) == ["V", "W", "X", "vectors[3]", "U"])
    }

    @Test("A number that is too long to be kept fails its own vector, not the file")
    func unkeepableNumber() throws {
        let report = try run(
            """
            {"format": "receipt-vectors/1", "vectors": [
              {"id": "V", "op": "build", "input": {"date": "2026-03-05", "method": "full_payment", "lines": [
                {"id": "1", "name": "A", "price": 1e100, "qty": 1, "vat": "none", "object": "commodity"}]},
               "expected": {"receipts": []}}],
             "utils": [{"id": "U", "op": "inn", "input": {"inn": "7707083893"}, "expected": {"valid": true}}]}
            """)
        #expect(report.passed == 1)
        #expect(report.failures.map(\.id) == ["V"])
    }

    @Test("A file of another format is refused", arguments: ["", "[]", "{}", #"{"format": "receipt-vectors/2"}"#])
    func otherFormats(file: String) {
        #expect(throws: VectorFileError.self) { try VectorRunner.run(Array(file.utf8)) }
    }

    @Test("The report is {passed, failed, failures} in JSON")
    func reportInJSON() throws {
        let report = try run(
            #"{"format": "receipt-vectors/1", "utils": [{"id": "U", "op": "inn", "input": {"inn": "1"}, "expected": {"valid": true}}]}"#
        )
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any]
        #expect(object?["passed"] as? Int == 0)
        #expect(object?["failed"] as? Int == 1)
        let failure = try #require((object?["failures"] as? [[String: Any]])?.first)
        #expect(failure["id"] as? String == "U")
        #expect((failure["differences"] as? [[String: Any]])?.first?["path"] as? String == "valid")
    }
}
