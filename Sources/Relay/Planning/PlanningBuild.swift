import Fiscal

/// What the planners share when they call the builder of the fiscal core.
enum PlanningBuild {
    /// - Throws: ``PlanningFault/faults(_:)`` with the builder's first fault.
    static func receipts(of order: Order) throws(PlanningFault) -> [ReceiptBody] {
        do {
            return try ReceiptBuilder.build(order)
        } catch {
            throw .faults(FiscalFaults(error))
        }
    }

    /// Notes every fault that keeps the builder from building `order`.
    static func collectFaults(of order: Order, into collector: inout FaultCollector) {
        do {
            _ = try ReceiptBuilder.build(order)
        } catch {
            collector.add(error)
        }
    }

    /// The same receipt with its new money moved to the means that the buyer used; offsets stay what they are.
    static func paid(_ body: ReceiptBody, by means: PaymentMeans) -> ReceiptBody {
        guard means != .electronic, !body.payments.electronic.isZero else { return body }
        var body = body
        let moved = body.payments.electronic.kopecks + body.payments[means].kopecks
        body.payments.electronic = .zero
        body.payments[means] = Money(kopecks: moved)
        return body
    }
}
