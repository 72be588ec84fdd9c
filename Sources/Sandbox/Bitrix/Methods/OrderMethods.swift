/// `sale.order.*` and what orders are sorted by.
enum OrderMethods {
    static let all: [String: BitrixMethod] = [
        "sale.order.get": BitrixMethod(scope: "sale") { state, call throws(BitrixError) in
            let id = try order(call.id(), state)
            return BitrixResult(["order": .object(json(id, state))])
        },
        "sale.order.list": BitrixMethod(scope: "sale") { state, call throws(BitrixError) in
            state.list(call, state.orders, named: "orders")
        },
        "sale.order.update": BitrixMethod(scope: "sale", writes: true) { state, call throws(BitrixError) in
            let id = try order(call.id(), state)
            for member in try call.fields().phpEntries ?? [] where changeable.contains(member.name) {
                state.orders.update(id, [(member.name, member.value)])
            }
            state.touch(id, at: call.now)
            return BitrixResult(["order": .object(json(id, state))])
        },
        "sale.persontype.list": BitrixMethod(scope: "sale") { state, call throws(BitrixError) in
            state.list(call, state.personTypes, named: "personTypes")
        },
    ]

    /// What `sale.order.update` changes; everything else in `fields` is dropped.
    private static let changeable: Set<String> = [
        "price", "discountValue", "statusId", "empStatusId", "dateInsert", "marked", "empMarkedId", "reasonMarked",
        "userDescription", "additionalInfo", "comments", "responsibleId", "recurringId", "lockedBy", "recountFlag",
        "affiliateId", "updated1c", "orderTopic", "xmlId", "id1c", "version1c", "externalOrder", "canceled",
        "empCanceledId", "reasonCanceled",
    ]

    /// The id of an order that exists.
    static func order(_ id: Int, _ state: PortalState) throws(BitrixError) -> Int {
        guard state.orders.rows[id] != nil else { throw .notFound("200540400001", "order") }
        return id
    }

    private static func json(_ id: Int, _ state: PortalState) -> [JSONMember] {
        func rows(_ table: BitrixTable) -> JSONValue { .array(table.rows(of: id).map { $0.json(of: table.entity) }) }
        return (state.orders.json(id)?.members ?? []) + [
            JSONMember("basketItems", rows(state.basketItems)), JSONMember("payments", rows(state.payments)),
            JSONMember("shipments", rows(state.shipments)), JSONMember("propertyValues", rows(state.propertyValues)),
            JSONMember("clients", []), JSONMember("tradeBindings", []), JSONMember("requisiteLink", []),
        ]
    }
}
