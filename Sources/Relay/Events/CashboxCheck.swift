package import Fiscal

/// Bitrix decided on a receipt and told its cash register to print it: the payload of `cashbox.check`.
package struct CashboxCheck: Sendable {
    package struct Payment: Sendable {
        /// nil from a register over HTTP, which is not told.
        package var id: String?
        package var type: CashboxPaymentType
        /// Roubles as Bitrix computes inside, up to eight decimals.
        package var sum: ExactDecimal
    }

    package var portal: String
    package var checkID: String
    package var type: CashboxCheckType
    /// nil from a register over HTTP, which is not told.
    package var order: OrderPayload?
    package var shipments: [String]
    /// nil: no buyer is named. The shop's own address, which Bitrix puts in for a buyer without one, is left out.
    package var customer: CustomerPayload?
    package var items: [CashboxCheckItem]
    package var payments: [Payment]
    package var total: ExactDecimal

    /// - Throws: ``FiscalFaults`` with every fault of the payload's form.
    package init(payload: String) throws(FiscalFaults) {
        let reader = try PayloadReader(payload: payload)
        let portal = reader.text("portal", maximumLength: 200)
        let check = reader.object("check") { check in
            (
                id: check.text("id", maximumLength: 100), type: check.choice("type", default: CashboxCheckType?.none),
                sign: check.choice("sign", default: CashboxCheckSign?.none)
            )
        }
        order = reader.optionalObject("order") { OrderPayload(from: $0) }
        shipments =
            reader.optionalList("shipments", maximumCount: 100) { $0.text("id", maximumLength: 100) } ?? []
        let shopAddress = reader.optionalObject("cashbox") { .some($0.optionalText("service_email")) } ?? nil
        customer = reader.optionalObject("customer") { Self.customer(from: $0, shopAddress: shopAddress) }
        items = Self.list("items", of: reader) { CashboxCheckItem(from: $0) }
        payments = Self.list("payments", of: reader) { Self.payment(from: $0) }
        let total = reader.decimal("total_sum", fault: .amountInvalid)
        if let type = check?.type, let sign = check?.sign, type.isReturn != (sign == .consumption) {
            let allowed: CashboxCheckSign = type.isReturn ? .consumption : .income
            reader.report(.valueUnknown, "check.sign", found: sign.rawValue, allowed: [allowed.rawValue])
        }
        try reader.gathered.faults.finish()
        guard let portal, let id = check?.id, let type = check?.type, let total else {
            throw FiscalFaults(.payloadUnreadable, at: .whole)
        }
        self.portal = portal
        checkID = id
        self.type = type
        self.total = total
    }

    /// A list that must hold something.
    private static func list<Element>(
        _ name: String, of reader: borrowing PayloadReader, _ read: (borrowing PayloadReader) -> Element?
    ) -> [Element] {
        let list = reader.optionalList(name, maximumCount: GoodsPayload.maximumLines, read)
        if !reader.has(name) || reader.value(name) == .array([]) { reader.report(.valueMissing, name) }
        return list ?? []
    }

    private static func customer(
        from reader: borrowing PayloadReader, shopAddress: String?
    ) -> CustomerPayload {
        var customer = CustomerPayload(from: reader)
        // A receipt sent to the shop itself never reaches the buyer (R44).
        if let shopAddress, customer.email?.lowercased() == shopAddress.lowercased() { customer.email = nil }
        return customer
    }

    private static func payment(from reader: borrowing PayloadReader) -> Payment? {
        let id = reader.optionalText("id", maximumLength: 100)
        let type = reader.choice("type", default: CashboxPaymentType?.none)
        let sum = reader.decimal("sum", fault: .amountInvalid)
        guard let type, let sum else { return nil }
        return Payment(id: id, type: type, sum: sum)
    }
}
