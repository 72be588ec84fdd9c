/// A receipt as a portal keeps it while a REST register prints it.
struct PortalCheck: Hashable, Sendable {
    /// How far it is.
    enum State: String, Sendable {
        case new = "N"
        /// Sent; with a UUID it is asked for, without one it stays so for ever.
        case printing = "P"
        case printed = "Y"
        case failed = "E"
    }

    /// `unique_id` on the wire.
    let id: Int
    let order: Int
    let payment: Int?
    let cashbox: Int
    let type: CheckType
    /// Members of the print request that were given instead of being taken from the order.
    let overrides: JSONValue
    var state = State.new
    /// What the register answered to the print request.
    var uuid: String?
    var error: String?
    /// What the register said of the printed document, in upper case as in the portal.
    var fiscal: JSONValue = [:]
    /// How often it was sent.
    var sent = 0
    /// When it was printed, seconds since 1970; a result that names no time is dated 1970.
    var printedAt: Int?

    /// The receipt as the ledger shows it and its file remembers it.
    var json: JSONValue {
        [
            "id": .int(id), "order": .int(order), "payment": payment.map { .int($0) } ?? .null,
            "cashbox": .int(cashbox), "type": .string(type.rawValue), "status": .string(state.rawValue),
            "uuid": .text(uuid), "error": .text(error), "fiscal": fiscal, "sent": .int(sent),
            "printed_at": printedAt.map { .int($0) } ?? .null, "overrides": overrides,
        ]
    }

    init(id: Int, order: Int, payment: Int?, cashbox: Int, type: CheckType, overrides: JSONValue) {
        self.id = id
        self.order = order
        self.payment = payment
        self.cashbox = cashbox
        self.type = type
        self.overrides = overrides
    }

    /// Reads a receipt back from a ledger file.
    init?(json: JSONValue) {
        guard let id = json["id"]?.intValue, let order = json["order"]?.intValue,
            let cashbox = json["cashbox"]?.intValue, let type = json["type"]?.stringValue.flatMap(CheckType.init),
            let state = json["status"]?.stringValue.flatMap(State.init)
        else { return nil }
        self.init(
            id: id, order: order, payment: json["payment"]?.intValue, cashbox: cashbox, type: type,
            overrides: json["overrides"] ?? [:])
        self.state = state
        uuid = json["uuid"]?.stringValue
        error = json["error"]?.stringValue
        fiscal = json["fiscal"] ?? [:]
        sent = json["sent"]?.intValue ?? 0
        printedAt = json["printed_at"]?.intValue
    }

    private static let fiscalFields = [
        "REG_NUMBER_KKT", "FISCAL_DOC_ATTR", "FISCAL_DOC_NUMBER", "FISCAL_RECEIPT_NUMBER", "FN_NUMBER", "SHIFT_NUMBER",
    ]

    /// Takes in what a register says of the printed document. What it leaves out stays empty, its time 1970.
    mutating func print(_ result: JSONValue) {
        state = .printed
        error = nil
        printedAt = result["PRINT_END_TIME"]?.scalarText.flatMap { Int($0) } ?? 0
        fiscal = .object(
            Self.fiscalFields.map { JSONMember($0, .string(result[$0]?.scalarText ?? "")) })
    }
}
