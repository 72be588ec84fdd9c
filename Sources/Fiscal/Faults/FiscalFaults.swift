/// Every fault that a check has found, in the order in which it looked; never empty.
package struct FiscalFaults: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The fault that was found first: the one that the builder stops at.
    package let first: FiscalFault
    private let others: [FiscalFault]

    /// A single fault.
    package init(_ fault: FiscalFault) {
        first = fault
        others = []
    }

    /// A single fault, made in place.
    package init(
        _ code: FaultCode, at field: FieldPath, found: String? = nil, limit: String? = nil, allowed: [String] = []
    ) {
        self.init(FiscalFault(code, at: field, found: found, limit: limit, allowed: allowed))
    }

    /// The faults of a list, or nil if it is empty.
    package init?(_ faults: some Sequence<FiscalFault>) {
        var iterator = faults.makeIterator()
        guard let first = iterator.next() else { return nil }
        self.first = first
        others = Array(IteratorSequence(iterator))
    }

    package init(from decoder: any Decoder) throws {
        let faults = try decoder.singleValueContainer().decode([FiscalFault].self)
        guard let decoded = FiscalFaults(faults) else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "A list of faults is empty."))
        }
        self = decoded
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(all)
    }

    /// All of them, in the order in which they were found.
    package var all: [FiscalFault] { [first] + others }

    /// The distinct codes, in the order in which they were first found.
    package var codes: [FaultCode] {
        var seen: Set<FaultCode> = []
        return all.map(\.code).filter { seen.insert($0).inserted }
    }

    /// These faults seen from further out, see ``FiscalFault/within(_:)``.
    package func within(_ outer: FieldPath) -> FiscalFaults {
        FiscalFaults(first: first.within(outer), others: others.map { $0.within(outer) })
    }

    private init(first: FiscalFault, others: [FiscalFault]) {
        self.first = first
        self.others = others
    }

    /// One line for each fault, as ``FiscalFault/message(in:)`` says it.
    package func message(in language: FaultLanguage) -> String {
        all.map { $0.message(in: language) }.joined(separator: "\n")
    }

    package var description: String {
        all.map(\.description).joined(separator: "; ")
    }
}
