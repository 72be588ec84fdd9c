/// Gathers faults, so that a person sees all of them at once instead of one after each attempt.
package struct FaultCollector: Sendable {
    /// What has been found so far, in order; the same fault at the same place is kept once.
    package private(set) var faults: [FiscalFault] = []

    /// Nothing found yet.
    package init() {}

    /// Whether nothing has been found.
    package var isEmpty: Bool { faults.isEmpty }

    /// Notes a fault.
    package mutating func add(_ fault: FiscalFault) {
        guard !faults.contains(where: { $0.code == fault.code && $0.field == fault.field }) else { return }
        faults.append(fault)
    }

    /// Notes several.
    package mutating func add(_ found: FiscalFaults) {
        for fault in found.all { add(fault) }
    }

    /// The value that `body` makes, or nil with its fault noted, placed within `outer`.
    package mutating func value<Value>(
        within outer: FieldPath = .whole, _ body: () throws(FiscalFault) -> Value
    ) -> Value? {
        do {
            return try body()
        } catch {
            add(error.within(outer))
            return nil
        }
    }

    /// The value that `body` makes, or nil with all its faults noted, placed within `outer`.
    package mutating func values<Value>(
        within outer: FieldPath = .whole, _ body: () throws(FiscalFaults) -> Value
    ) -> Value? {
        do {
            return try body()
        } catch {
            add(error.within(outer))
            return nil
        }
    }

    /// All that was found, or nil if nothing was.
    package var result: FiscalFaults? { FiscalFaults(faults) }

    /// Ends the check.
    ///
    /// - Throws: ``FiscalFaults`` with everything found, if anything was.
    package func finish() throws(FiscalFaults) {
        if let result { throw result }
    }
}
