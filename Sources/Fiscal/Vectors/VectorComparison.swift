/// Field-by-field comparison of an expected result with the actual one.
///
/// Money and quantities are compared as exact decimals, objects without order, arrays in order; a member that is null
/// counts as absent.
enum VectorComparison {
    static func differences(expected: JSONTree, actual: JSONTree) -> [VectorDifference] {
        var found: [VectorDifference] = []
        compare(expected, actual, at: "", isAmount: false, into: &found)
        return found
    }

    private static let amounts: Set<String> = ["price", "quantity", "sum", "vat_sum", "total"]
    private static let mapsOfAmounts: Set<String> = ["payments", "vats", "credit_balances"]

    private static func compare(
        _ expected: JSONTree, _ actual: JSONTree, at path: String, isAmount: Bool, mapOfAmounts: Bool = false,
        into found: inout [VectorDifference]
    ) {
        switch (expected, actual) {
        case (.object(let left), .object(let right)):
            for name in Set(left.keys).union(right.keys).sorted() {
                let inner = path.isEmpty ? name : "\(path).\(name)"
                let isAmount = mapOfAmounts || amounts.contains(name)
                switch (expected[name], actual[name]) {
                case (let left?, let right?):
                    compare(
                        left, right, at: inner, isAmount: isAmount, mapOfAmounts: mapsOfAmounts.contains(name),
                        into: &found)
                case (let left, let right):
                    note(left, right, at: inner, into: &found)
                }
            }
        case (.array(let left), .array(let right)):
            for index in 0..<max(left.count, right.count) {
                let inner = "\(path)[\(index)]"
                if index < left.count, index < right.count {
                    compare(left[index], right[index], at: inner, isAmount: false, into: &found)
                } else {
                    note(
                        index < left.count ? left[index] : nil, index < right.count ? right[index] : nil, at: inner,
                        into: &found)
                }
            }
        default:
            if isAmount, let left = amount(expected), let right = amount(actual) {
                if left != right { note(expected, actual, at: path, into: &found) }
            } else if expected != actual {
                note(expected, actual, at: path, into: &found)
            }
        }
    }

    private static func amount(_ value: JSONTree) -> ExactDecimal? {
        switch value {
        case .number(let number): number
        case .string(let text): try? ExactDecimal(text)
        default: nil
        }
    }

    private static func note(
        _ expected: JSONTree?, _ actual: JSONTree?, at path: String, into found: inout [VectorDifference]
    ) {
        guard expected != nil || actual != nil else { return }
        found.append(
            VectorDifference(path: path, expected: expected?.description, actual: actual?.description))
    }
}
