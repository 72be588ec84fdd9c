/// `sale.shipment.*`.
enum ShipmentMethods {
    static let all: [String: BitrixMethod] = [
        "sale.shipment.list": BitrixMethod(scope: "sale") { state, call throws(BitrixError) in
            state.list(call, state.shipments, named: "shipments")
        },
        "sale.shipment.get": BitrixMethod(scope: "sale") { state, call throws(BitrixError) in
            guard let shipment = state.shipments.json(try call.id()) else {
                throw .notFound("201140400001", "shipment")
            }
            return BitrixResult(["shipment": shipment])
        },
    ]
}

extension PortalState {
    /// Runs a list over one of the tables.
    mutating func list(_ call: BitrixCall, _ table: BitrixTable, named name: String) -> BitrixResult {
        let list = BitrixList(call, of: table.entity)
        for filter in list.droppedFilters { droppedFilters["\(call.method) \(filter)", default: 0] += 1 }
        return list.run(table, named: name)
    }
}
