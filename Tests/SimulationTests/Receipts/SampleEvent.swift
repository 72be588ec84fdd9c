import Postgres
import Relay

/// An event of a sample shop: what happens to one order, at its place in the order's life.
struct SampleEvent: Sendable {
    /// What happens, in the order in which it can.
    enum Role: Int64, CaseIterable, Sendable {
        /// The order is paid, goods handed over.
        case sale = 1
        /// The same, for goods under two tax systems: two receipts, one after the other.
        case mixedSale
        /// The same, said so late that the deadline passes within the schedule.
        case lateSale
        /// The order is paid in advance.
        case prepayment
        /// A second voice that says of the same payment that it came in.
        case echo
        /// What was paid in advance is handed over.
        case shipment
        /// The money goes back.
        case refund
    }

    enum Content: Sendable {
        case paid(OrderPaid)
        case shipped(ShippedOrder)
        case refunded(RefundedPayment)
    }

    /// The moment at which schedules begin, by the database's clock: in September 2026, when 22 % is the rate.
    static let epoch = Timestamp(microsecondsSince1970: 1_790_000_000_000_000)
    static let orders: ClosedRange<Int64> = 1...3

    let id: Int64
    let shop: String
    let role: Role
    let kind: String
    let key: String
    let order: String
    let occurredAt: Timestamp
    let content: Content

    private init(_ role: Role, order: Int64, shop: String) throws {
        id = order * 10 + role.rawValue
        self.shop = shop
        self.role = role
        self.order = String(order)
        key = "\(role):\(order)"
        let isLate = role == .lateSale
        occurredAt = isLate ? Self.epoch.advanced(by: .seconds(8 - 86_400)) : Self.epoch
        let head = "\"v\": 1, \"order\": { \"id\": \(order) }"
        let customer = "\"customer\": { \"email\": \"buyer@example.ru\" }"
        let tea =
            "{ \"id\": \"1\", \"name\": \"Tea\", \"price\": \"10.00\", \"quantity\": \"1\", \"vat_rate\": \"0.22\" }"
        let jam =
            "{ \"id\": \"2\", \"name\": \"Jam\", \"price\": \"5.00\", \"quantity\": \"1\", \"vat_rate\": null, \"sno\": \"usn_income\" }"
        let items = role == .mixedSale ? "[\(tea), \(jam)]" : "[\(tea)]"
        let sum = role == .mixedSale ? "15.00" : "10.00"
        switch role {
        case .sale, .mixedSale, .lateSale, .prepayment, .echo:
            kind = "order.paid"
            let settlement = role == .prepayment ? "full_prepayment" : "full_payment"
            content = .paid(
                try OrderPaid(
                    payload: """
                        { \(head), "payment": { "id": "\(order)", "sum": "\(sum)" }, "settlement": "\(settlement)",
                          \(customer), "items": \(items) }
                        """))
        case .shipment:
            kind = "order.shipped"
            content = .shipped(
                try ShippedOrder(
                    payload: "{ \(head), \"shipment\": { \"id\": \"\(order)\" }, \"items\": \(items) }"))
        case .refund:
            kind = "payment.refunded"
            content = .refunded(
                try RefundedPayment(
                    payload: "{ \(head), \"payment\": { \"id\": \"\(order)\" }, \"refund\": { \"id\": \"\(order)\" } }")
            )
        }
    }

    /// All events of all shops.
    private static let all: [String: [Int64: SampleEvent]] = {
        var all: [String: [Int64: SampleEvent]] = [:]
        for shop in SampleShops.names {
            for order in orders {
                for role in Role.allCases {
                    guard let event = try? SampleEvent(role, order: order, shop: shop) else { continue }
                    all[shop, default: [:]][event.id] = event
                }
            }
        }
        return all
    }()

    /// The event of this number; `nil`: there is none.
    static func find(_ id: Int64, shop: String) -> SampleEvent? { all[shop]?[id] }
}
