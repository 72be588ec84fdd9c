/// What a person in the portal does to shipments that have left.
enum ShipmentUndoing: String, Sendable, CaseIterable {
    /// The goods did not leave after all: the shipment is there still, deducted no more.
    case undo
    /// The shipment is deleted.
    case remove
}

extension PortalState {
    /// Undoes or removes the shipments of an order that have left.
    ///
    /// - Returns: Their ids.
    mutating func carryOut(_ act: ShipmentUndoing, order: Int, at now: Int64) -> [Int] {
        let left = shipments.rows(of: order).filter { $0.value("deducted", of: shipments.entity) == "Y" }.map(\.id)
        for id in left {
            switch act {
            // The portal writes down when that was changed last, be it to yes or to no.
            case .undo: shipments.update(id, [("deducted", "N"), ("dateDeducted", date(now))])
            case .remove: shipments.remove(id)
            }
        }
        if !left.isEmpty { touch(order, at: now) }
        return left
    }
}

extension BitrixService {
    /// Undoes or removes the shipments of an order that have left.
    func carryOut(_ act: ShipmentUndoing, order: Int, in name: String) -> [Int] {
        let now = clock.microseconds()
        return withPortals { portals in
            guard let done = portals[name]?.carryOut(act, order: order, at: now), !done.isEmpty else { return [] }
            journal?.append([
                "event": "shipments", "portal": .string(name), "at": .int(now), "act": .string(act.rawValue),
                "order": .int(order),
            ])
            return done
        }
    }

    /// Takes such an act back into memory.
    func restoreShipments(_ event: JSONValue, _ state: inout PortalState) {
        guard let act = event["act"]?.stringValue.flatMap(ShipmentUndoing.init), let order = event["order"]?.intValue
        else { return }
        _ = state.carryOut(act, order: order, at: Int64(event["at"]?.intValue ?? 0))
    }
}

extension Sandbox {
    /// Has a person in the portal undo the shipments of an order that have left.
    ///
    /// - Returns: their ids; none if nothing of it had left.
    @discardableResult
    package func undoShipments(ofOrder order: Int, in portal: String = "main") -> [Int] {
        bitrix.carryOut(.undo, order: order, in: portal)
    }

    /// Has a person in the portal delete the shipments of an order that have left.
    ///
    /// - Returns: their ids; none if nothing of it had left.
    @discardableResult
    package func removeShipments(ofOrder order: Int, in portal: String = "main") -> [Int] {
        bitrix.carryOut(.remove, order: order, in: portal)
    }
}
