/// `sale.payment.*`.
enum PaymentMethods {
    static let all: [String: BitrixMethod] = [
        "sale.payment.get": BitrixMethod(scope: "sale") { state, call throws(BitrixError) in
            BitrixResult(["payment": try json(call.id(), state)])
        },
        "sale.payment.list": BitrixMethod(scope: "sale") { state, call throws(BitrixError) in
            state.list(call, state.payments, named: "payments")
        },
        "sale.payment.update": BitrixMethod(scope: "sale", writes: true) { state, call throws(BitrixError) in
            try update(&state, call)
        },
    ]

    private static let readOnly: Set<String> = ["id", "orderId", "accountNumber", "paid", "isReturn"]
    /// Dates that are cut to the day when written over REST.
    private static let dayOnly: Set<String> = [
        "datePaid", "dateBill", "datePayBefore", "payReturnDate", "payVoucherDate",
    ]

    private static func json(_ id: Int, _ state: PortalState) throws(BitrixError) -> JSONValue {
        guard let payment = state.payments.json(id) else { throw .notFound("200640400001", "payment") }
        return payment
    }

    /// Plain fields first, then the refund, then `paid`: the order in which the portal works.
    private static func update(_ state: inout PortalState, _ call: BitrixCall) throws(BitrixError) -> BitrixResult {
        let id = try call.id()
        let present = try json(id, state)
        let fields = try call.fields()
        guard let paySystem = fields["paySystemId"], !paySystem.isNull else {
            throw .other("Required fields: paySystemId")
        }
        if let sum = fields["sum"]?.scalarText.flatMap(ExactDecimal.init), present["paid"] == "Y",
            let old = present["sum"]?.scalarText.flatMap(ExactDecimal.init), sum != old
        {
            throw .other("Нельзя изменить сумму оплаченной оплаты")
        }
        for member in fields.phpEntries ?? [] where !readOnly.contains(member.name) {
            var value = member.value
            if dayOnly.contains(member.name), let text = value.stringValue, text.count > 10 {
                value = .string(text.prefix(10) + "T00:00:00" + text.suffix(6))
            }
            state.payments.update(id, [(member.name, value)])
        }
        if let isReturn = fields["isReturn"]?.stringValue, isReturn == "Y" || isReturn == "P" {
            if isReturn == "P" { state.refundsAsked.append(id) }
            state.payments.update(id, [("isReturn", .string(isReturn)), ("paid", "N")])
        }
        if let paid = fields["paid"]?.stringValue, paid == "Y" || paid == "N" {
            state.payments.update(
                id, [("paid", .string(paid)), ("datePaid", paid == "Y" ? state.date(call.now) : .null)])
        }
        if let order = present["orderId"]?.intValue {
            let payments = state.payments.rows(of: order)
            let isPaid = payments.allSatisfy { $0.value("paid", of: state.payments.entity) == "Y" }
            state.orders.update(order, [("payed", isPaid ? "Y" : "N")])
            state.touch(order, at: call.now)
        }
        return BitrixResult(["payment": try json(id, state)])
    }
}
