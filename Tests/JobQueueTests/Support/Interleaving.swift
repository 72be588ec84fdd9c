/// What one session does in one transaction: SQL statements, stepped one by one, the last step being COMMIT.
struct SessionScript: Sendable, CustomStringConvertible {
    let name: String
    let statements: [String]

    var description: String { name }

    /// Statements and the COMMIT.
    var steps: Int { statements.count + 1 }
}

/// In which order several sessions take their steps: the number of a session for each step.
enum Interleaving {
    /// Every order in which sessions with so many steps can take turns.
    static func all(_ steps: [Int]) -> [[Int]] {
        guard steps.contains(where: { $0 > 0 }) else { return [[]] }
        return steps.indices.filter { steps[$0] > 0 }.flatMap { next in
            var left = steps
            left[next] -= 1
            return all(left).map { [next] + $0 }
        }
    }
}
