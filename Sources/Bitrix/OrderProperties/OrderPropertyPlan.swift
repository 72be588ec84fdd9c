/// A value as it will be sent.
package struct PlannedPropertyValue: Hashable, Sendable {
    package let propertyID: Int64
    package let value: BitrixValue

    package init(propertyID: Int64, value: BitrixValue) {
        self.propertyID = propertyID
        self.value = value
    }
}

/// What has to be done so that an order's properties hold what is wanted: a pure function of what they hold now.
package struct OrderPropertyPlan: Hashable, Sendable {
    package enum Step: Hashable, Sendable {
        case alreadyThere
        /// No property of the wanted ones exists.
        case nothing
        /// All values of the order, ours among them: the portal deletes what is not in the call.
        case replace([PlannedPropertyValue])
        case refuse(properties: [String])
    }

    package let step: Step

    /// Ours, of those whose property exists.
    package let wanted: [PlannedPropertyValue]

    /// Codes without a property.
    package let missing: [String]

    /// Plans a write from the order's person type and all the values that it has.
    package init(
        _ write: OrderPropertyWrite, personTypeID: Int64, stored: [StoredPropertyValue],
        catalogue: OrderPropertyCatalogue
    ) {
        var wanted: [PlannedPropertyValue] = []
        var missing: [String] = []
        for value in write.values {
            if let property = catalogue.property(code: value.code, personTypeID: personTypeID) {
                wanted.append(PlannedPropertyValue(propertyID: property.id, value: .string(value.text)))
            } else {
                missing.append(value.code)
            }
        }
        self.wanted = wanted
        self.missing = missing
        step = Self.step(wanted, stored, catalogue)
    }

    private static func step(
        _ wanted: [PlannedPropertyValue], _ stored: [StoredPropertyValue], _ catalogue: OrderPropertyCatalogue
    ) -> Step {
        if wanted.isEmpty { return .nothing }
        if differing(from: wanted, in: stored).isEmpty { return .alreadyThere }
        // A property of ours that takes several values would never read back as the one that was written.
        let unfit = wanted.compactMap { catalogue.property(id: $0.propertyID) }.filter(\.isFragile)
        if !unfit.isEmpty { return .refuse(properties: unfit.map(\.code)) }
        let ours = Set(wanted.map(\.propertyID))
        var counts: [Int64: Int] = [:]
        for row in stored { if let id = row.propertyID { counts[id, default: 0] += 1 } }
        var kept: [PlannedPropertyValue] = []
        var endangered: [String] = []
        for row in stored {
            if let id = row.propertyID, ours.contains(id) { continue }
            // Nothing is lost where nothing is.
            if row.value == .null || row.value.isEmpty && row.value.text == nil { continue }
            guard let id = row.propertyID, counts[id] == 1, let property = catalogue.property(id: id),
                let text = row.value.text, !property.isFragile || text.isEmpty
            else {
                endangered.append(name(of: row))
                continue
            }
            kept.append(PlannedPropertyValue(propertyID: id, value: .string(text)))
        }
        if !endangered.isEmpty { return .refuse(properties: endangered) }
        return .replace(kept + wanted)
    }

    /// The properties of ours that do not stand in the order as wanted.
    package static func differing(from wanted: [PlannedPropertyValue], in stored: [StoredPropertyValue]) -> [Int64] {
        let held = Dictionary(
            stored.compactMap { row in row.propertyID.map { ($0, row.value.text ?? "") } },
            uniquingKeysWith: { first, _ in first })
        return wanted.filter { (held[$0.propertyID] ?? "") != ($0.value.text ?? "") }.map(\.propertyID)
    }

    private static func name(of row: StoredPropertyValue) -> String {
        if !row.code.isEmpty { return row.code }
        return row.propertyID.map { "property \($0)" } ?? "a deleted property"
    }
}
