/// One place where bytes from outside come in, as a function that a fuzzer can call.
package struct FuzzTarget: Sendable {
    /// As on the command line and as the folder of its corpus, e.g. `payload`.
    package let name: String
    /// The longest input worth trying, in bytes.
    package let longest: Int
    /// Pieces of the language that the target reads, for mutations that come further than random bytes.
    package let words: [String]
    /// Takes the input as production would.
    ///
    /// - Throws: ``FuzzFinding`` when what came of it breaks a promise. A crash, a hang or a swollen memory is found by
    ///   whoever calls.
    package let feed: @Sendable ([UInt8]) throws(FuzzFinding) -> Void

    package static let all: [FuzzTarget] = [
        .payloads, .cloudKassirAnswers, .bitrixAnswers, .bitrixRows, .configuration, .imports, .callbacks,
    ]

    package static func named(_ name: String) -> FuzzTarget? {
        all.first { $0.name == name }
    }
}

/// A promise that an input broke.
package struct FuzzFinding: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
