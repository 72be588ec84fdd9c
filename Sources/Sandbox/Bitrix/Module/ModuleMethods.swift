/// The REST method of FiscalRelay's own module, as its PHP code answers: it sets properties of orders by code, in one
/// step, and touches nothing else.
enum ModuleMethods {
    static let scope = "fiscal.relay"
    private static let mostOrders = 200
    private static let longestValue = 500

    static let all: [String: BitrixMethod] = [
        "fiscal.relay.order.properties.set": BitrixMethod(
            scope: scope, writes: true,
            denial: BitrixError(
                status: 400, code: "ACCESS_DENIED", description: "the right to change orders is needed")
        ) { state, call throws(BitrixError) in
            guard let orders = member("orders", of: call.parameters)?.phpEntries, !orders.isEmpty,
                orders.count <= mostOrders
            else { throw wrong("orders", "a list of 1 to \(mostOrders)") }
            var writes: [(order: Int, values: [(code: String, value: String)])] = []
            for (place, order) in orders.enumerated() {
                writes.append(try read(order.value, "orders[\(place)]", state))
            }
            // Not before all of the call is known to be in order.
            let answers = writes.map { set($0.values, ofOrder: $0.order, &state, call) }
            return BitrixResult(["orders": .array(answers)])
        }
    ]

    private static func read(
        _ order: JSONValue, _ place: String, _ state: PortalState
    ) throws(BitrixError) -> (order: Int, values: [(code: String, value: String)]) {
        guard let id = member("id", of: order)?.scalarText.flatMap({ Int($0) }), id > 0 else {
            throw wrong("\(place).id", "a whole number above 0")
        }
        guard let entries = member("properties", of: order)?.phpEntries, !entries.isEmpty else {
            throw wrong("\(place).properties", "an object with at least one code")
        }
        var values: [(code: String, value: String)] = []
        for entry in entries {
            guard state.portal.modulePropertyCodes.contains(entry.name) else {
                let allowed = state.portal.modulePropertyCodes.sorted().joined(separator: ", ")
                throw BitrixError(
                    status: 400, code: "ERROR_PROPERTY_NOT_ALLOWED",
                    description: "\(place).properties: codes that may be set are \(allowed)")
            }
            guard !entry.value.isNull, entry.value.boolValue == nil, let text = entry.value.scalarText,
                text.unicodeScalars.count <= longestValue
            else { throw wrong("\(place).properties.\(entry.name)", "a text of up to \(longestValue) characters") }
            values.append((entry.name, text))
        }
        return (id, values)
    }

    private static func set(
        _ values: [(code: String, value: String)], ofOrder id: Int, _ state: inout PortalState, _ call: BitrixCall
    ) -> JSONValue {
        guard state.orders.rows[id] != nil else { return ["id": .int(id), "error": "ORDER_NOT_FOUND"] }
        let personType = state.orders.value("personTypeId", of: id).intValue ?? 1
        var written: [(code: String, value: String)] = []
        var missing: [JSONValue] = []
        var unfit: [JSONValue] = []
        for (code, value) in values {
            guard let property = state.property(code, personType: personType) else {
                missing.append(.string(code))
                continue
            }
            guard state.properties.value("type", of: property) == "STRING",
                state.properties.value("multiple", of: property) != "Y"
            else {
                unfit.append(.string(code))
                continue
            }
            state.setValue(value, property: property, order: id)
            written.append((code, value))
        }
        // The module writes past the order: its version stays, and no event is raised.
        state.propertyWrites[id, default: []].append(.init(at: call.now, set: written, deleted: []))
        let stored = state.values(of: id)
        let present = written.map { JSONMember($0.code, .string(stored[$0.code] ?? "")) }
        return [
            "id": .int(id), "values": .phpArray(present), "missing": .array(missing), "unfit": .array(unfit),
        ]
    }

    /// A member by a name in whatever case, as the module reads them.
    private static func member(_ name: String, of value: JSONValue) -> JSONValue? {
        value.phpEntries?.last { $0.name.lowercased() == name }?.value
    }

    private static func wrong(_ field: String, _ allowed: String) -> BitrixError {
        BitrixError(status: 400, code: "ERROR_ARGUMENT", description: "\(field): \(allowed)")
    }
}
