/// What a portal posts to a register's `PRINT_URL`.
struct PrintRequest {
    /// The register's `PRINT_URL`.
    let url: String
    /// `1.0` or `1.1`.
    let version: String
    let body: [UInt8]

    /// Makes the request for a receipt of a portal; nil if its register or handler is gone.
    ///
    /// `server` is the name of the portal's host as it stands in `uuid`, `now` the second of the sending, which is in
    /// `uuid` and `date_create`.
    init?(_ check: PortalCheck, in state: PortalState, server: String, now: Int64) {
        guard let handler = state.cashbox.handler(ofRegister: check.cashbox),
            let url = handler.settings["PRINT_URL"]?.scalarText
        else { return nil }
        self.url = url
        version = handler.settings["HTTP_VERSION"]?.scalarText == "1.0" ? "1.0" : "1.1"
        let lines = Self.lines(of: check, in: state)
        let total =
            check.overrides["total_sum"]?.scalarText ?? state.orders.value("price", of: check.order).scalarText ?? "0"
        let email = state.cashbox.registers.value("EMAIL", of: check.cashbox).scalarText ?? ""
        let values = state.values(of: check.order)
        let payments: FormEncoder.Value =
            check.overrides["payments"].map(FormEncoder.Value.init)
            ?? .list([
                .map([
                    ("type", .text(check.type.paymentKind)),
                    ("is_cash", .text(check.type.paymentKind == "cash" ? "Y" : "N")), ("sum", Self.amount(total)),
                    ("currency", .text("RUB")),
                ])
            ])
        let buyer = [("client_email", "EMAIL"), ("client_phone", "PHONE")].map { name, code in
            (name, check.overrides[name]?.stringValue ?? values[code] ?? "")
        }
        // With neither contact the shop's own address takes the place of the buyer's.
        let hasContact = buyer.contains { !$0.1.isEmpty }
        let contacts: [(String, FormEncoder.Value)] = buyer.map { name, value in
            if !value.isEmpty { return (name, .text(value)) }
            return (name, !hasContact && name == "client_email" ? .text(email) : .null)
        }
        body = FormEncoder.body(
            [
                ("type", .text(check.type.rawValue)), ("calculated_sign", .text(check.type.sign)),
                ("unique_id", .text(String(check.id))), ("items", .list(lines)), ("date_create", .text(String(now))),
            ] + contacts + [
                ("payments", payments), ("total_sum", Self.amount(total)), ("currency", .text("RUB")),
                ("uuid", .text(String("check|\(server)|\(check.id)|\(now)".prefix(100)))),
                ("number_kkm", .text(state.cashbox.registers.value("NUMBER_KKM", of: check.cashbox).scalarText ?? "")),
                ("service_email", .text(email)), ("operation", .text(check.type.sign)),
                (
                    "cashbox_params",
                    FormEncoder.Value(state.cashbox.registerSettings[check.cashbox] ?? [:])
                ),
            ])
    }

    private static func amount(_ text: String) -> FormEncoder.Value {
        ExactDecimal(text).map(FormEncoder.Value.float) ?? .text(text)
    }

    private static func lines(of check: PortalCheck, in state: PortalState) -> [FormEncoder.Value] {
        if let given = check.overrides["items"]?.arrayValue { return given.map { line($0, check.type) } }
        let goods = state.basketItems.rows(of: check.order).map { row -> FormEncoder.Value in
            func text(_ name: String) -> String { row.value(name, of: state.basketItems.entity).scalarText ?? "" }
            return line(
                [
                    "name": .string(text("name")), "base_price": .string(text("basePrice")),
                    "price": .string(text("price")), "quantity": .string(text("quantity")),
                    "measure_code": .string(text("measureCode")),
                    "vat": .int(
                        state.catalog.vat(rate: row.value("vatRate", of: state.basketItems.entity).scalarText)),
                ], check.type)
        }
        let delivery = state.shipments.rows(of: check.order).compactMap { row -> FormEncoder.Value? in
            let price = row.value("priceDelivery", of: state.shipments.entity)
            guard let value = price.scalarText.flatMap(ExactDecimal.init), value > .zero else { return nil }
            return line(
                [
                    "name": row.value("deliveryName", of: state.shipments.entity), "base_price": price, "price": price,
                    "quantity": "1", "vat": 0, "payment_object": "service",
                ], check.type)
        }
        return goods + delivery
    }

    /// A line from what is known of it. `nomenclature_code` is given in hexadecimal and sent as the bytes it stands
    /// for, which are no UTF-8; any further member is sent as it is.
    private static func line(_ given: JSONValue, _ type: CheckType) -> FormEncoder.Value {
        let price = given["price"]?.scalarText ?? "0"
        let quantity = given["quantity"]?.scalarText ?? "1"
        let sum = ExactDecimal(price).flatMap { price in ExactDecimal(quantity).map { price * $0 } }
        let object = given["payment_object"]?.scalarText ?? "commodity"
        var members: [(name: String, value: FormEncoder.Value)] = [
            ("name", .text(given["name"]?.scalarText ?? "")),
            ("base_price", amount(given["base_price"]?.scalarText ?? price)), ("price", amount(price)),
            (
                "sum",
                given["sum"]?.scalarText.map(amount) ?? .float(sum ?? .zero)
            ),
            ("currency", .text("RUB")), ("quantity", amount(quantity)),
            ("measure_code", given["measure_code"].map(FormEncoder.Value.init) ?? .null),
            ("vat", .text(given["vat"]?.scalarText ?? "0")), ("vat_sum", amount(given["vat_sum"]?.scalarText ?? "0")),
            ("payment_object", .text(type.hidesObjects ? "payment" : object)),
            ("payment_method", type.paymentMethod.map(FormEncoder.Value.text) ?? .null),
        ]
        if let code = given["nomenclature_code"]?.stringValue {
            members.append(("nomenclature_code", .bytes(bytes(code))))
        }
        let known = Set(members.map(\.name))
        for member in given.members ?? [] where !known.contains(member.name) {
            members.append((member.name, FormEncoder.Value(member.value)))
        }
        return .map(members)
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
