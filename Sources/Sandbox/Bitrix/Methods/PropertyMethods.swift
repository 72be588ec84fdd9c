/// `sale.property.*` and `sale.propertyvalue.*`.
enum PropertyMethods {
    static let all: [String: BitrixMethod] = [
        "sale.property.list": BitrixMethod(scope: "sale") { state, call throws(BitrixError) in
            state.list(call, state.properties, named: "properties")
        },
        "sale.property.get": BitrixMethod(scope: "sale") { state, call throws(BitrixError) in
            guard let property = state.properties.json(try call.id()) else {
                throw .notFound("200840400001", "property")
            }
            return BitrixResult(["property": property])
        },
        "sale.property.add": BitrixMethod(scope: "sale", writes: true) { state, call throws(BitrixError) in
            let fields = try call.fields()
            for name in ["personTypeId", "propsGroupId", "name", "type"] where fields[name]?.isNull ?? true {
                throw .other("Required fields: \(name)")
            }
            let numbers = ["personTypeId", "propsGroupId", "sort"]
            let id = state.properties.add(
                (fields.phpEntries ?? []).map { member in
                    let number = numbers.contains(member.name) ? Int(member.value.scalarText ?? "") : nil
                    return (member.name, number.map { .int($0) } ?? member.value)
                })
            return BitrixResult(["property": state.properties.json(id) ?? .null])
        },
        "sale.propertyvalue.list": BitrixMethod(scope: "sale") { state, call throws(BitrixError) in
            state.list(call, state.propertyValues, named: "propertyValues")
        },
        "sale.propertyvalue.get": BitrixMethod(scope: "sale") { state, call throws(BitrixError) in
            guard let value = state.propertyValues.json(try call.id()) else {
                throw .notFound("201040400001", "property value")
            }
            return BitrixResult(["propertyValue": value])
        },
        "sale.propertyvalue.modify": BitrixMethod(scope: "sale", writes: true) { state, call throws(BitrixError) in
            try modify(&state, call)
        },
    ]

    /// Sets the values named and deletes every other value of the order, as the portal does.
    private static func modify(_ state: inout PortalState, _ call: BitrixCall) throws(BitrixError) -> BitrixResult {
        let fields = try call.fields()
        guard let order = fields["order"] else { throw .missing("order") }
        guard let text = order["id"]?.scalarText, let id = Int(text) else { throw .missing("id") }
        guard let values = order["propertyValues"]?.phpEntries?.map(\.value) else { throw .missing("propertyValues") }
        _ = try OrderMethods.order(id, state)
        var named: Set<Int> = []
        var written: [(code: String, value: String)] = []
        for value in values {
            guard let property = value["orderPropsId"]?.scalarText.flatMap({ Int($0) }) else {
                throw .missing("orderPropsId")
            }
            // A property of another person type, or none at all, is passed over in silence.
            guard state.properties.value("personTypeId", of: property) == state.orders.value("personTypeId", of: id)
            else {
                continue
            }
            let text = value["value"]?.scalarText ?? ""
            state.setValue(text, property: property, order: id)
            named.insert(property)
            written.append((state.properties.value("code", of: property).stringValue ?? "", text))
        }
        let unnamed = state.propertyValues.rows(of: id).filter { row in
            !named.contains(row.value("orderPropsId", of: state.propertyValues.entity).intValue ?? 0)
        }
        let deleted = unnamed.compactMap { $0.value("code", of: state.propertyValues.entity).stringValue }
        for row in unnamed { state.propertyValues.remove(row.id) }
        state.deletedValues += deleted.count
        state.propertyWrites[id, default: []].append(.init(at: call.now, set: written, deleted: deleted))
        state.touch(id, at: call.now)
        let left = state.propertyValues.rows(of: id).map { $0.json(of: state.propertyValues.entity) }
        return BitrixResult(["propertyValues": .array(left)])
    }
}
