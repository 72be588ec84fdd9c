import Fiscal

/// What the planners share when they call the builder of the fiscal core.
enum PlanningBuild {
    /// The means by which money can come in that is neither an offset nor a debt.
    static let newMoney: [PaymentMeans] = [.cash, .electronic, .other]

    /// - Throws: ``PlanningFault/faults(_:)`` with the builder's first fault.
    static func receipts(of order: Order) throws(PlanningFault) -> [ReceiptBody] {
        do {
            return try ReceiptBuilder.build(order)
        } catch {
            throw .faults(FiscalFaults(error))
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

    /// A means that the settlement cannot have.
    static func meansFault(_ means: PaymentMeans, allowed: [PaymentMeans], at field: FieldPath) -> FiscalFault? {
        guard !allowed.contains(means) else { return nil }
        return FiscalFault(.valueUnknown, at: field, found: means.rawValue, allowed: allowed.map(\.rawValue))
    }
}
