/// The faults found so far, and the fields that need no second one.
struct Findings {
    private var collector = FaultCollector()
    private let knownFields: Set<FieldPath>

    /// Begins with what is known already.
    init(known: [FiscalFault] = []) {
        for fault in known { collector.add(fault) }
        knownFields = Set(known.map(\.field))
    }

    var isEmpty: Bool { collector.isEmpty }

    var result: FiscalFaults? { collector.result }

    /// Notes a fault, unless its field was refused before the validation began.
    mutating func add(_ fault: FiscalFault) {
        if !knownFields.contains(fault.field) { collector.add(fault) }
    }

    /// Notes several.
    mutating func add(_ faults: FiscalFaults) {
        for fault in faults.all { add(fault) }
    }

    /// What the builder makes; nil with the fault noted that it stopped at.
    ///
    /// A sum above the limit is noted once: the line says it at its price, the builder at the item's sum.
    mutating func build<Value>(_ body: () throws(FiscalFault) -> Value) -> Value? {
        do {
            return try body()
        } catch {
            let isKnown = error.code == .limitSum && collector.faults.contains { $0.code == .limitSum }
            if !isKnown { add(error) }
            return nil
        }
    }

    /// The value that `body` makes; nil with its fault noted.
    @discardableResult
    mutating func run<Value>(_ body: () throws(FiscalFault) -> Value) -> Value? {
        do {
            return try body()
        } catch {
            add(error)
            return nil
        }
    }
}
