/// An order for a receipt: what a portal is to print.
struct CheckSeed: Sendable {
    let order: Int
    let type: CheckType
    /// Register; nil: the first active one.
    let cashbox: Int?
    /// Members of the print request to be sent instead of what the order says.
    let overrides: JSONValue

    private static let given = ["items", "payments", "total_sum", "client_email", "client_phone"]

    /// Reads the body of `POST /_sandbox/checks`.
    init(json: JSONValue) throws(ControlError) {
        let reader = try ControlReader(
            json, "check", knowing: Set(["portal", "order", "type", "cashbox", "patience_ms"] + Self.given))
        order = try reader.need("order", reader.int("order"))
        type = try reader.word("type", CheckType.self) ?? .sell
        cashbox = try reader.int("cashbox")
        overrides = .object(Self.given.compactMap { name in reader[name].map { JSONMember(name, $0) } })
    }
}

extension PortalState {
    /// Makes a receipt as a portal does when an order is saved.
    mutating func add(_ seed: CheckSeed) throws(ControlError) -> PortalCheck {
        guard orders.rows[seed.order] != nil else { throw ControlError("no order \(seed.order)") }
        guard let register = seed.cashbox ?? cashbox.activeRegister else {
            throw ControlError("the portal has no active register")
        }
        guard seed.type.isOfFFD100 || cashbox.supportsFFD105 else {
            throw ControlError("an active register without SUPPORTS_FFD105 leaves only sell and its returns")
        }
        return cashbox.addCheck(
            order: seed.order, payment: payments.rows(of: seed.order).first?.id, cashbox: register, type: seed.type,
            overrides: seed.overrides)
    }
}
