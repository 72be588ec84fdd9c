import Fiscal
import Relay

/// A random life of one order: paid, shipped in parts, given back in parts, in any order that a shop could do it.
struct OrderHistory {
    struct Line {
        let id: String
        /// Kopecks a unit.
        let price: Int64
        /// Thousandths.
        let quantity: Int64
        let patent: Bool

        func payload(_ quantity: Int64, price: Int64? = nil) -> String {
            Payload.line(
                id, Money(kopecks: price ?? self.price).description, Quantity(thousandths: quantity).description,
                vat: patent ? "null" : "\"0.22\"",
                #""measure_code": \#(self.quantity % 1000 == 0 ? 796 : 166)"# + (patent ? #", "sno": "patent""# : ""))
        }
    }

    private var random: SplitMix64
    private(set) var books: Books
    let lines: [Line]
    private let discount: Int64
    private(set) var payments: [String] = []
    /// What was planned or refused, for a failing seed.
    private(set) var log: [String] = []
    private var refunds = 0
    private var shippedQuantity: [String: Int64] = [:]

    init(seed: UInt64, shop: ShopSettings) {
        var random = SplitMix64(seed: seed)
        books = Books(shop)
        lines = (0..<Int.random(in: 1...4, using: &random)).map { index in
            OrderHistory.Line(
                id: "\(index + 1)", price: Int64.random(in: 100...99_999, using: &random),
                quantity: Bool.random(using: &random)
                    ? Int64.random(in: 1...6, using: &random) * 1000 : Int64.random(in: 50...5000, using: &random),
                patent: Int.random(in: 0..<5, using: &random) == 0)
        }
        discount = Bool.random(using: &random) ? 0 : Int64.random(in: 0...300, using: &random)
        self.random = random
    }

    private var extra: String { #""order_discount": "\#(Money(kopecks: discount))""# }

    /// What the order costs in kopecks.
    private var total: Int64 {
        lines.reduce(-discount) { $0 + ($1.price * $1.quantity + 500) / 1000 }
    }

    mutating func pay() throws {
        let payload = lines.map { $0.payload($0.quantity) }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: try pay(total, "full_payment", payload)
        case 1, 2: try pay(total, "full_prepayment", payload)
        default:
            let first = Int64.random(in: 1..<max(2, total), using: &random)
            try pay(first, "prepayment", payload)
            if total - first > 1 {
                try pay(Int64.random(in: 1..<(total - first), using: &random), "prepayment", payload)
            }
        }
    }

    private mutating func pay(_ kopecks: Int64, _ settlement: String, _ payload: [String]) throws {
        let id = "p\(payments.count + 1)"
        try books.paid(Payload.paid(id, sum: Money(kopecks: kopecks).description, settlement, payload, extra))
        payments.append(id)
        log.append("\(settlement) \(Money(kopecks: kopecks))")
    }

    /// Hands over a part of what is left, at the catalogue's prices or a few kopecks off them.
    mutating func ship() throws {
        var payload: [String] = []
        for line in lines where Bool.random(using: &random) {
            let left = line.quantity - (shippedQuantity[line.id] ?? 0) - cancelled(line.id)
            guard left > 0 else { continue }
            let step: Int64 = line.quantity % 1000 == 0 ? 1000 : 1
            let part = Bool.random(using: &random) ? left : Int64.random(in: 1...(left / step), using: &random) * step
            shippedQuantity[line.id, default: 0] += part
            payload.append(line.payload(part, price: max(1, line.price - Int64.random(in: 0...2, using: &random))))
        }
        guard !payload.isEmpty else { return }
        try books.shipped(Payload.shipped(payload, id: "s\(books.receipts.count)"))
        log.append("shipped \(payload.count) lines")
    }

    /// Thousandths of a line that were given back while they were prepaid: a shop does not hand them over any more.
    private func cancelled(_ line: String) -> Int64 {
        books.ledger.prepayments.flatMap(books.ledger.returns(of:)).flatMap(\.body.items)
            .filter { $0.line == line && $0.method == .fullPrepayment && $0.object != .payment }
            .reduce(0) { $0 + $1.quantity.thousandths }
    }

    /// Gives something of a payment back; a refusal is an answer too.
    mutating func refund() {
        guard let payment = payments.randomElement(using: &random) else { return }
        let left = books.ledger.left(ofPayment: payment)
        refunds += 1
        let id = "f\(refunds)"
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            let sum = left > 0 ? Int64.random(in: 1...left, using: &random) : 1
            give(Payload.refunded(payment, id, sum: Money(kopecks: sum).description))
        case 1:
            give(Payload.refunded(payment, id))
        default:
            let items = lines.compactMap { line -> (String, String)? in
                guard Bool.random(using: &random) else { return nil }
                let step: Int64 = line.quantity % 1000 == 0 ? 1000 : 1
                let part = Int64.random(in: 1...(line.quantity / step), using: &random) * step
                return (line.id, Quantity(thousandths: part).description)
            }
            if !items.isEmpty { give(Payload.refunded(payment, id, items: items)) }
        }
    }

    /// All that is left of every payment.
    mutating func refundAll() {
        for payment in payments where books.ledger.left(ofPayment: payment) > 0 {
            refunds += 1
            give(Payload.refunded(payment, "f\(refunds)"))
        }
    }

    private mutating func give(_ payload: String) {
        let found = faults { try books.refunded(payload) }
        log.append(found.isEmpty ? "refunded: \(payload)" : "refused \(found): \(payload)")
    }
}
