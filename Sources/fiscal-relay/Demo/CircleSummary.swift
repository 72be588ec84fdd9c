import Sandbox

/// What the circle ended with.
struct CircleSummary: Encodable {
    /// Events that were news.
    var events = 0
    /// Events written once more, of which nothing came.
    var repeats = 0
    /// Events that took no receipt, all having been settled before.
    let settled: Int
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
    /// What was compared, shop by shop.
    let shops: [CircleComparison]
    /// What is not alike in all ledgers; empty when they agree.
    var disagreements: [String]

    enum CodingKeys: String, CodingKey {
        case events, repeats, settled, receipts, refunds, roubles, goods, kills, shops, disagreements
        case ordersShown = "orders_shown"
    }

    init(books: [CircleBooks], kills: DemoFleet.Kills) {
        let documents = books.flatMap(\.ours).map(\.document)
        receipts = documents.count
        let back = documents.filter { $0.type.hasPrefix("sell_return") }
        refunds = back.count
        let facts = books.flatMap(\.account.facts)
        settled = facts.count { if case .settled = $0.money { true } else { false } }
        let net = facts.reduce(0) { sum, fact in
            switch fact.money {
            case .came(let kopecks): sum + kopecks
            case .wentBack(let kopecks): sum - kopecks
            case .none, .settled: sum
            }
        }
        roubles = DemoText.roubles(net)
        shops = books.map(CircleComparison.init)
        ordersShown = shops.reduce(0) { $0 + $1.orders }
        goods = DemoText.quantity(books.flatMap(\.moved.values).reduce(0, +))
        self.kills = kills
        disagreements = books.flatMap { book in book.disagreements.map { "\(book.account.shop): \($0)" } }
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

/// What was compared of one shop, and how much of it there is.
struct CircleComparison: Encodable {
    let shop: String
    /// How its events come.
    let way: CircleAccount.Way
    /// What happened by the shop's own account.
    let facts: Int
    /// Of these, told by exactly one event on our record.
    let toldOnce: Int
    /// Receipts on our record.
    let receipts: Int
    /// Documents that the shop's register printed, of the orders before the circle too.
    let documents: Int
    /// Orders that show a receipt in the portal.
    let orders: Int
    /// Products that were counted in our ledger and in the portal's stores.
    let products: Int
    /// Units that left the stores in both.
    let goods: String
    /// Whether all of it agrees.
    let agrees: Bool

    enum CodingKeys: String, CodingKey {
        case shop, way, facts, receipts, documents, orders, products, goods, agrees
        case toldOnce = "told_once"
    }

    init(_ books: CircleBooks) {
        shop = books.account.shop
        way = books.account.way
        facts = books.account.facts.count
        toldOnce = books.toldOnce
        receipts = books.ours.count
        documents = books.printed.count
        orders = books.shown.values.count { !$0.sale.isEmpty }
        products = books.missing.count
        goods = DemoText.quantity(books.moved.values.reduce(0, +))
        agrees = books.disagreements.isEmpty
    }
}
