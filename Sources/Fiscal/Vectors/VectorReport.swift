/// What a run of a vector file found.
///
/// In JSON `{"passed": …, "failed": …, "failures": […]}`.
package struct VectorReport: Hashable, Sendable, Encodable {
    package private(set) var passed = 0
    package private(set) var failures: [VectorFailure] = []

    package init() {}

    package var failed: Int { failures.count }

    package var isSuccess: Bool { failures.isEmpty }

    /// Counts one vector; no differences means that it passed.
    mutating func count(_ vector: VectorFailure) {
        if vector.differences.isEmpty {
            passed += 1
        } else {
            failures.append(vector)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case passed, failed, failures
    }

    package func encode(to encoder: any Encoder) throws {
        var map = encoder.container(keyedBy: CodingKeys.self)
        try map.encode(passed, forKey: .passed)
        try map.encode(failed, forKey: .failed)
        try map.encode(failures, forKey: .failures)
    }

    /// The report for a terminal: a paragraph for each failing vector, then the count.
    package var text: String {
        let paragraphs = failures.map { $0.text + "\n" }
        return paragraphs.joined(separator: "\n") + (paragraphs.isEmpty ? "" : "\n")
            + "\(passed) passed, \(failed) failed\n"
    }
}

/// A vector whose result is not the expected one.
package struct VectorFailure: Hashable, Sendable, Encodable {
    package let id: String
    package let op: String
    /// What the case is about, if the file says so.
    package let title: String?
    /// The rules that it shows, such as `C8`.
    package let rules: [String]
    /// Field by field.
    package let differences: [VectorDifference]

    /// `E01 build (C5, C8): title`, then a line for each difference.
    package var text: String {
        let shownRules = rules.isEmpty ? "" : " (\(rules.joined(separator: ", ")))"
        let shownTitle = title.map { ": \($0)" } ?? ""
        let lines = differences.map { "    \($0.text)" }
        return (["\(id) \(op)\(shownRules)\(shownTitle)"] + lines).joined(separator: "\n")
    }
}

/// One field that differs.
package struct VectorDifference: Hashable, Sendable, Encodable {
    /// Where, from the result's root: `receipts[0].items[1].price`.
    package let path: String
    /// As JSON; nil: nothing should be there.
    package let expected: String?
    /// As JSON; nil: nothing is there.
    package let actual: String?

    /// `receipts[0].total: expected "290.00", got "290.01"`.
    package var text: String {
        "\(path): expected \(expected ?? "nothing"), got \(actual ?? "nothing")"
    }
}

/// A file that is not of the format `receipt-vectors/1`.
package struct VectorFileError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}
