/// The registers of a portal, the handlers that applications and webhooks have made for them, and the receipts.
struct CashboxState: Sendable {
    /// A handler made by `sale.cashbox.handler.add`.
    struct Handler: Sendable {
        let id: Int
        let code: String
        var name: String
        var sort: Int
        /// With every key in upper case.
        var settings: JSONValue
        /// Who made it; nil: a webhook.
        let application: String?

        /// Whether its registers know the receipts of FFD 1.05.
        var supportsFFD105: Bool { settings["SUPPORTS_FFD105"]?.scalarText == "Y" }
    }

    /// A register as `sale.cashbox.list` shows it: scalars as text.
    static let register = BitrixEntity(
        hasTextIDs: true,
        [
            "ID": "", "NAME": "", "OFD": "", "EMAIL": "", "DATE_CREATE": [:], "DATE_LAST_CHECK": .null,
            "NUMBER_KKM": "", "KKM_ID": "", "ACTIVE": "N", "SORT": "100", "USE_OFFLINE": "N", "ENABLED": "Y",
        ])

    private(set) var handlers: [Int: Handler] = [:]
    var registers = BitrixTable(CashboxState.register, firstID: 5)
    /// Of each register, the code of its handler.
    var handlerCodes: [Int: String] = [:]
    /// Of each register, what its owner typed.
    var registerSettings: [Int: JSONValue] = [:]
    private(set) var checks: [Int: PortalCheck] = [:]
    private var lastHandler = 0
    private var lastCheck = 300

    // MARK: Handlers

    mutating func addHandler(code: String, name: String, sort: Int, settings: JSONValue, application: String?) -> Int {
        lastHandler += 1
        handlers[lastHandler] = Handler(
            id: lastHandler, code: code, name: name, sort: sort, settings: settings, application: application)
        return lastHandler
    }

    mutating func update(_ handler: Handler) { handlers[handler.id] = handler }

    mutating func removeHandler(_ id: Int) { handlers[id] = nil }

    /// The handler of a register.
    func handler(ofRegister id: Int) -> Handler? {
        handlers.values.first { $0.code == handlerCodes[id] }
    }

    /// The active register that prints: the first by its order and id.
    var activeRegister: Int? {
        registers.ids.filter { registers.value("ACTIVE", of: $0) == "Y" }
            .min { sort(of: $0) < sort(of: $1) }
    }

    /// Whether receipts of FFD 1.05 are made: one active register without them takes them from all.
    var supportsFFD105: Bool {
        registers.ids.filter { registers.value("ACTIVE", of: $0) == "Y" }
            .allSatisfy { handler(ofRegister: $0)?.supportsFFD105 ?? false }
    }

    private func sort(of register: Int) -> Int { Int(registers.value("SORT", of: register).scalarText ?? "") ?? 100 }

    // MARK: Receipts

    mutating func addCheck(
        order: Int, payment: Int?, cashbox: Int, type: CheckType, overrides: JSONValue
    ) -> PortalCheck {
        lastCheck += 1
        let check = PortalCheck(
            id: lastCheck, order: order, payment: payment, cashbox: cashbox, type: type, overrides: overrides)
        checks[check.id] = check
        return check
    }

    /// Takes a receipt in as it is now.
    mutating func restore(_ check: PortalCheck) {
        checks[check.id] = check
        lastCheck = max(lastCheck, check.id)
    }

    /// The receipt that a register knows by this number.
    func check(uuid: String) -> PortalCheck? { checks.values.first { $0.uuid == uuid } }
}

extension JSONValue {
    /// The same with every key in upper case, at every depth, as the register methods read their parameters.
    var upperKeys: JSONValue {
        switch self {
        case .object(let members): .object(members.map { JSONMember($0.name.uppercased(), $0.value.upperKeys) })
        case .array(let elements): .array(elements.map(\.upperKeys))
        default: self
        }
    }

    /// The same with the members of another object put over it, at every depth.
    func merged(_ other: JSONValue) -> JSONValue {
        guard case .object = self, case .object(let members) = other else { return other }
        var merged = self
        for member in members {
            merged.set(member.name, to: merged[member.name]?.merged(member.value) ?? member.value)
        }
        return merged
    }
}
