extension OrderPropertyReport {
    /// What reading an order back says about a writing: a pure function of what was sent (all values, ours among them)
    /// and of what stands there afterwards.
    ///
    /// `writeFault` is the portal's error, if it reported one: it may be told of a save that worked.
    static func verdict(
        orderID: Int64, plan: OrderPropertyPlan, sent: [PlannedPropertyValue], stored: [StoredPropertyValue],
        writeFault: BitrixFault?, catalogue: OrderPropertyCatalogue, overlapped: Bool
    ) -> OrderPropertyReport {
        func name(_ id: Int64) -> String {
            catalogue.property(id: id).flatMap { $0.code.isEmpty ? nil : $0.code } ?? "property \(id)"
        }
        let differing = OrderPropertyPlan.differing(from: plan.wanted, in: stored)
        guard differing.isEmpty else {
            let outcome: Outcome = writeFault.map { .failed($0) } ?? .conflict(properties: differing.map(name))
            return OrderPropertyReport(
                orderID: orderID, outcome: outcome, missing: plan.missing, overlapped: overlapped)
        }
        let ours = Set(plan.wanted.map(\.propertyID))
        let others = sent.filter { !ours.contains($0.propertyID) }
        let altered = OrderPropertyPlan.differing(from: others, in: stored)
        return OrderPropertyReport(
            orderID: orderID, outcome: .written, missing: plan.missing, altered: altered.map(name),
            overlapped: overlapped)
    }
}
