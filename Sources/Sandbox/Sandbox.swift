/// The world behind the sandbox's server: stand-ins, faults and ledger, for use within the process.
package final class Sandbox: Sendable {
    /// The faults ordered.
    package let faults: FaultPlan
    let cloudKassir: CloudKassirService
    let bitrix: BitrixService
    private let journal: LedgerJournal?

    /// Makes the world, with what a ledger file remembers of it.
    ///
    /// - Throws: an error that names the ledger file if it cannot be used.
    package init(_ configuration: SandboxConfiguration) throws {
        var memory: [JSONValue] = []
        journal = try configuration.ledgerPath.map { path in try LedgerJournal(path: path) { memory.append($0) } }
        faults = FaultPlan()
        cloudKassir = CloudKassirService(
            accounts: configuration.accounts, clock: configuration.clock, journal: journal,
            keepsBodies: configuration.keepsBodies)
        bitrix = BitrixService(
            portals: configuration.portals, clock: configuration.clock, journal: journal, faults: faults)
        for event in memory {
            if event["event"] == "reset" { forget() }
            cloudKassir.restore(event)
            bitrix.restore(event)
        }
    }

    /// Adds an account at the stand-in for CloudKassir, or replaces the one of that name.
    package func add(_ account: CloudKassirAccount) {
        cloudKassir.add(account)
    }

    /// Adds a portal, or replaces the one of that name with an empty one.
    package func add(_ portal: BitrixPortal) {
        bitrix.add(portal)
    }

    /// Whether there is a portal of that name.
    package func hasPortal(_ name: String) -> Bool { bitrix.withPortals { $0[name] != nil } }

    /// Puts orders into a portal, as if buyers had made and paid them.
    ///
    /// - Returns: the new orders; those whose id was taken, and all if there is no such portal, are missing.
    @discardableResult
    package func createOrders(_ orders: [OrderSeed], in portal: String = "main") -> [CreatedOrder] {
        bitrix.create(orders, in: portal)
    }

    /// Takes over what orders of a portal show that are kept elsewhere, by order and code: in the database of a shop
    /// that runs the real module. Orders that the portal does not have are left out.
    package func show(_ properties: [Int: [String: String]], in portal: String = "main") {
        bitrix.withPortals { portals in
            guard var state = portals.removeValue(forKey: portal) else { return }
            defer { portals[portal] = state }
            for (order, values) in properties where state.orders.rows[order] != nil {
                let personType = state.orders.value("personTypeId", of: order).intValue ?? 1
                for (code, value) in values {
                    guard let property = state.property(code, personType: personType) else { continue }
                    state.setValue(value, property: property, order: order)
                }
            }
        }
    }

    /// Defines a property for some person types (nil: all) of a portal.
    package func addProperty(_ property: PropertySeed, personTypes: [Int]? = nil, in portal: String = "main") {
        bitrix.withPortals { portals in
            for type in personTypes ?? portals[portal]?.personTypes.ids ?? [] {
                portals[portal]?.add(property, personType: type)
            }
        }
    }

    /// Takes a property away from all person types of a portal, with its values.
    package func removeProperty(_ code: String, in portal: String = "main") {
        bitrix.withPortals { $0[portal]?.removeProperty(code) }
    }

    /// Forgets receipts, orders, properties, counts and faults; accounts and portals stay.
    package func reset() {
        journal?.append(["event": "reset"])
        forget()
    }

    private func forget() {
        faults.clear()
        cloudKassir.withState { $0.reset() }
        bitrix.reset()
    }

    /// The stand-in that a request is for; nil if none has its address.
    func target(of request: SandboxRequest) -> SandboxTarget? {
        cloudKassir.target(of: request) ?? bitrix.target(of: request)
    }
}
