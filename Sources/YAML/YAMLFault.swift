/// Why a text is no YAML that this module reads, and where. Never quotes the text, which may hold secrets; a key that
/// stands twice is named.
package struct YAMLFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// A position in the text; line and column count from 1.
    package struct Place: Hashable, Sendable {
        package let line: Int
        package let column: Int
    }

    package let problem: String
    /// `nil`: the text cannot be read at all, as when it holds control characters.
    package let place: Place?

    init(_ problem: String, at place: Place?) {
        self.problem = problem
        self.place = place
    }

    package var description: String {
        place.map { "\(problem) in line \($0.line), column \($0.column)" } ?? problem
    }
}
