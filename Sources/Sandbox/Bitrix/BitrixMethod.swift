/// A method of Bitrix REST: the scope that allows it, the right that it needs, and what it does to the portal.
struct BitrixMethod: Sendable {
    typealias Run = @Sendable (inout PortalState, BitrixCall) throws(BitrixError) -> BitrixResult

    /// Scope that a caller needs; nil: everyone may call it.
    let scope: String?
    /// Whether it may change the portal, so that a ledger file remembers its calls.
    let writes: Bool
    /// What a caller without the right is told; nil: as the scope's module words it.
    private let denial: BitrixError?
    let run: Run

    init(scope: String?, writes: Bool = false, denial: BitrixError? = nil, run: @escaping Run) {
        self.scope = scope
        self.writes = writes
        self.denial = denial
        self.run = run
    }

    /// Why a caller with this access is refused; nil if it is not.
    func refusal(of access: BitrixPortal.Access) -> BitrixError? {
        guard let scope else { return nil }
        switch access {
        case .administrator: return nil
        case .reader where !writes && scope != "cashbox": return nil
        case .reader, .stranger: break
        }
        if let denial { return denial }
        return switch scope {
        case "cashbox": .accessDenied
        case "sale" where writes: BitrixError(status: 400, code: "200040300020", description: "Access Denied")
        default: BitrixError(status: 400, code: "200040300010", description: "Access Denied")
        }
    }
}

/// All methods that the stand-in knows, by name in lower case. A further group is one file with one more entry here.
enum BitrixMethods {
    static let all: [String: BitrixMethod] = {
        let groups = [
            SystemMethods.all, OrderMethods.all, PaymentMethods.all, PropertyMethods.all, BasketMethods.all,
            ShipmentMethods.all, StockMethods.all, ProductMethods.all, DocumentMethods.all, DocumentElementMethods.all,
            CashboxHandlerMethods.all, CashboxMethods.all, CheckMethods.all, ModuleMethods.all,
        ]
        return groups.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
    }()
}
