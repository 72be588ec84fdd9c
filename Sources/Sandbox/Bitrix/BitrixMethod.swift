/// A method of Bitrix REST: the scope that allows it, and what it does to the portal.
struct BitrixMethod: Sendable {
    /// Scope that a webhook needs; nil: every webhook may call it.
    let scope: String?
    let run: @Sendable (inout PortalState, BitrixCall) throws(BitrixError) -> BitrixResult
}

/// All methods that the stand-in knows, by name in lower case. A further group is one file with one more entry here.
enum BitrixMethods {
    static let all: [String: BitrixMethod] = {
        let groups = [
            SystemMethods.all, OrderMethods.all, PaymentMethods.all, PropertyMethods.all, BasketMethods.all,
            ShipmentMethods.all,
        ]
        return groups.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
    }()
}
