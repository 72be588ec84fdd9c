import Sandbox

/// What the circle ended with.
struct CircleSummary: Encodable {
    /// Events that were news.
    var events = 0
    /// Events written once more, of which nothing came.
    var repeats = 0
    /// Receipts on our record, each of them one document at the register.
    let receipts: Int
    /// Of these, of money that went back.
    let refunds: Int
    /// What came in less what went back, by the receipts, in roubles.
    let roubles: String
    /// Orders that show their newest receipt in their portal, and their newest refund if there is one.
    let ordersShown: Int
    /// Units that left the stores, by our ledger.
    let goods: String
    /// Processes killed so far.
    let kills: DemoFleet.Kills
    /// What is not alike in all ledgers; empty when they agree.
    var disagreements: [String]

    enum CodingKeys: String, CodingKey {
        case events, repeats, receipts, refunds, roubles, goods, kills, disagreements
        case ordersShown = "orders_shown"
    }

    init(books: [CircleBooks], kills: DemoFleet.Kills) {
        let documents = books.flatMap(\.ours).map(\.document)
        receipts = documents.count
        let back = documents.filter { $0.type.hasPrefix("sell_return") }
        refunds = back.count
        let net = books.flatMap(\.told).reduce(0) { sum, event in
            switch event.money {
            case .came(let kopecks): sum + kopecks
            case .wentBack(let kopecks): sum - kopecks
            case .none: sum
            }
        }
        roubles = DemoText.roubles(net)
        ordersShown = books.reduce(0) { $0 + $1.shown.values.count { !$0.sale.isEmpty } }
        goods = DemoText.quantity(books.flatMap(\.moved.values).reduce(0, +))
        self.kills = kills
        disagreements = books.flatMap { book in book.disagreements.map { "\(book.shop): \($0)" } }
    }

    /// Holds the registers' whole ledger against what both parts of the demonstration account for.
    mutating func check(_ ledger: LedgerSummary, beside orders: DemoSummary) {
        let accounted = orders.fiscalized + receipts
        if ledger.cloudKassir.fiscalised != accounted || ledger.cloudKassir.accepted != accounted {
            disagreements.append(
                "the registers accepted \(ledger.cloudKassir.accepted) receipts and printed "
                    + "\(ledger.cloudKassir.fiscalised), \(accounted) are accounted for")
        }
        if ledger.cloudKassir.duplicates > 0 {
            disagreements.append("\(ledger.cloudKassir.duplicates) documents were printed twice")
        }
        if ledger.bitrix.deletedValues > 0 {
            disagreements.append("\(ledger.bitrix.deletedValues) values of orders were lost")
        }
    }

    /// Whether every ledger agrees with every other.
    var isSuccess: Bool { disagreements.isEmpty }
}
