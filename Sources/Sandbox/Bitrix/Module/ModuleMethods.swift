/// The REST method of FiscalRelay's own module, as its PHP code answers: it sets properties of orders by code, in one
/// step, and touches nothing else.
enum ModuleMethods {
    static let scope = "fiscal.relay"
    private static let mostOrders = 200

    static let all: [String: BitrixMethod] = [
        "fiscal.relay.order.properties.set": BitrixMethod(
            scope: scope, writes: true,
            denial: BitrixError(
                status: 400, code: "ACCESS_DENIED", description: "the right to change orders is needed")
        ) { state, call throws(BitrixError) in
            guard let orders = member("orders", of: call.parameters)?.phpEntries, !orders.isEmpty,
                orders.count <= mostOrders
            else { throw argument("orders: a list of 1 to \(mostOrders)") }
            var answers: [JSONValue] = []
            for order in orders { answers.append(try set(order.value, &state, call)) }
            return BitrixResult(["orders": .array(answers)])
        }
    ]

    private static func set(
        _ order: JSONValue, _ state: inout PortalState, _ call: BitrixCall
    ) throws(BitrixError) -> JSONValue {
        guard let id = member("id", of: order)?.scalarText.flatMap({ Int($0) }),
            let values = member("properties", of: order)?.phpEntries, !values.isEmpty
        else { throw argument("orders: each needs an id and properties") }
        for value in values {
            guard state.portal.modulePropertyCodes.contains(value.name) else {
                throw BitrixError(
                    status: 400, code: "ERROR_PROPERTY_NOT_ALLOWED", description: "not one of the fiscal properties")
            }
            guard !value.value.isNull, let text = value.value.scalarText, text.unicodeScalars.count <= 500 else {
                throw argument("properties: text of up to 500 characters")
            }
        }
        guard state.orders.rows[id] != nil else { return ["id": .int(id), "error": "ORDER_NOT_FOUND"] }
        let personType = state.orders.value("personTypeId", of: id).intValue ?? 1
        var written: [(code: String, value: String)] = []
        var missing: [JSONValue] = []
        for value in values {
            let text = value.value.scalarText ?? ""
            guard let property = state.property(value.name, personType: personType) else {
                missing.append(.string(value.name))
                continue
            }
            state.setValue(text, property: property, order: id)
            written.append((value.name, text))
        }
        // The module writes past the order: its version stays, and no event is raised.
        state.propertyWrites[id, default: []].append(.init(at: call.now, set: written, deleted: []))
        let stored = state.values(of: id)
        let present = written.map { JSONMember($0.code, .string(stored[$0.code] ?? "")) }
        return ["id": .int(id), "values": .phpArray(present), "missing": .array(missing)]
    }

    /// A member by a name in whatever case, as the module reads them.
    private static func member(_ name: String, of value: JSONValue) -> JSONValue? {
        value.phpEntries?.last { $0.name.lowercased() == name }?.value
    }

    private static func argument(_ description: String) -> BitrixError {
        BitrixError(status: 400, code: "ERROR_ARGUMENT", description: description)
    }
}
