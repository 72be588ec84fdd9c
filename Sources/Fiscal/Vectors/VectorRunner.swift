/// Runs files of the format `receipt-vectors/1`: worked examples that a bookkeeper can bring (`vectors`), and checks of
/// single values (`utils`).
package enum VectorRunner {
    static let format = "receipt-vectors/1"

    /// Runs every vector and every util of a file, in their order.
    ///
    /// A vector that cannot be read counts as failed, so nothing is passed over.
    /// - Parameter file: The bytes of the file.
    /// - Returns: How many passed, and what differs in those that did not.
    /// - Throws: ``VectorFileError`` if it is no JSON, or not of the format.
    package static func run(_ file: [UInt8]) throws(VectorFileError) -> VectorReport {
        let tree: JSONTree
        do {
            tree = try JSONTree(parsing: file)
        } catch {
            throw VectorFileError(description: "The file is not JSON: \(error)")
        }
        guard tree["format"]?.string == format else {
            throw VectorFileError(
                description: "The file is not of the format \"\(format)\": \"format\" is "
                    + (tree["format"]?.description ?? "missing") + ".")
        }
        var report = VectorReport()
        for (list, evaluate) in [("vectors", VectorOperation.evaluate), ("utils", UtilityOperation.evaluate)] {
            guard let value = tree[list] else { continue }
            guard let vectors = value.elements else {
                throw VectorFileError(description: "\"\(list)\" is not a list.")
            }
            for (position, vector) in vectors.enumerated() {
                report.count(judge(vector, named: "\(list)[\(position)]", evaluate))
            }
        }
        return report
    }

    private static func judge(
        _ vector: JSONTree, named name: String, _ evaluate: (String, JSONTree) -> JSONTree
    ) -> VectorFailure {
        let op = vector["op"]?.string ?? ""
        let differences: [VectorDifference]
        if let input = vector["input"], let expected = vector["expected"] {
            differences = VectorComparison.differences(expected: expected, actual: evaluate(op, input))
        } else {
            differences = [
                VectorDifference(path: name, expected: "a vector with op, input and expected", actual: "\(vector)")
            ]
        }
        return VectorFailure(
            id: vector["id"]?.string ?? name, op: op, title: vector["title"]?.string,
            rules: vector["rules"]?.elements?.compactMap(\.string) ?? [], differences: differences)
    }
}

extension JSONTree {
    /// The result `{"error": code}`, with the explanation where the code alone would say too little.
    static func failure(_ error: any Error) -> JSONTree {
        switch error {
        case let fault as FiscalFault: .object(["error": .string(fault.code.rawValue)])
        case let faults as FiscalFaults: .object(["error": .string(faults.first.code.rawValue)])
        default: .object(["error": .string("input_invalid: \(error)")])
        }
    }
}
