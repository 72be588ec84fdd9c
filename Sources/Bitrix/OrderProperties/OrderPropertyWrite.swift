/// What is to stand in an order's properties.
package struct OrderPropertyWrite: Hashable, Sendable {
    /// A value under the code of its property.
    package struct Value: Hashable, Sendable {
        package let code: String
        /// At most 500 characters; an empty text empties the property.
        package let text: String

        package init(code: String, text: String) {
            self.code = code
            self.text = text
        }
    }

    package let orderID: Int64
    package let values: [Value]

    package init(orderID: Int64, values: [Value]) {
        self.orderID = orderID
        self.values = values
    }

    /// The fiscal signs under the codes that a shop has configured.
    package init(
        orderID: Int64, fn: Value, fd: Value, fpd: Value, link: Value? = nil
    ) {
        self.init(orderID: orderID, values: [fn, fd, fpd] + (link.map { [$0] } ?? []))
    }
}

/// What came of writing one order's properties.
package struct OrderPropertyReport: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// Written and read back.
        case written
        /// Everything stood there already; nothing was written.
        case alreadyThere
        /// None of the properties exists for the order's person type. Not a failure: a person makes them, or does not.
        case propertyMissing
        /// The portal has no such order.
        case orderMissing
        /// Nothing was written, because these other properties hold several values or a file, or belong to no known
        /// property, and would be damaged by it.
        case wouldLose(properties: [String])
        /// These properties do not read back as they were written: somebody else writes them too, or the portal
        /// changes what it is given. Worth another try later.
        case conflict(properties: [String])
        /// The reaction of the fault says what to do.
        case failed(BitrixFault)
    }

    package let orderID: Int64
    package let outcome: Outcome

    /// Codes that have no property for the order's person type; the others were dealt with as ``outcome`` says.
    package var missing: [String] = []

    /// Properties of others that read differently after the writing than before it.
    package var altered: [String] = []

    /// Whether somebody saved the order between our reading and our writing: what was changed then in a property may
    /// have been overwritten with its former value. The API has no way to prevent it.
    package var overlapped = false

    package init(
        orderID: Int64, outcome: Outcome, missing: [String] = [], altered: [String] = [], overlapped: Bool = false
    ) {
        self.orderID = orderID
        self.outcome = outcome
        self.missing = missing
        self.altered = altered
        self.overlapped = overlapped
    }
}
