import Sandbox

/// What the demonstration ended with, counted in the ledgers of the sandbox and not in our own tables.
struct DemoSummary: Encodable {
    /// Events inserted.
    var events = 0
    /// Receipts that the cash registers accepted.
    var receipts = 0
    /// Documents fiscalised.
    var fiscalized = 0
    /// Orders that show the signs of a fiscalised document of their own total.
    var writtenBack = 0
    /// Events that ended in front of a person.
    var dead = 0
    /// Documents beyond one per receipt, or beyond one per event.
    var duplicates = 0
    /// Receipts about which a register called the gateway, before or after their poll.
    var callbacks = 0
    var seconds = 0.0
    /// The circle that follows; its numbers are not among those above.
    var circle: CircleSummary?

    enum CodingKeys: String, CodingKey {
        case events, receipts, fiscalized, dead, duplicates, callbacks, seconds, circle
        case writtenBack = "written_back"
    }

    init(events: Int, ledger: LedgerSummary, dead: Int, seconds: Double) {
        self.events = events
        receipts = ledger.cloudKassir.accepted
        fiscalized = ledger.cloudKassir.fiscalised
        writtenBack = ledger.bitrix.writtenBack
        self.dead = dead
        duplicates = ledger.cloudKassir.duplicates + max(0, ledger.cloudKassir.fiscalised - events)
        self.seconds = (seconds * 100).rounded() / 100
    }

    /// Whether every event ended as exactly one receipt that its order shows, and every ledger agrees with every other.
    var isSuccess: Bool {
        (circle?.isSuccess ?? true) && receipts == events && fiscalized == events && writtenBack == events && dead == 0
            && duplicates == 0
    }
}

extension DemoSummary {
    /// The numbers in words.
    var rows: [[String]] {
        [
            ["events written by the shops", "\(events)"], ["receipts accepted by the registers", "\(receipts)"],
            ["documents fiscalised", "\(fiscalized)"], ["orders that show their receipt", "\(writtenBack)"],
            ["dead letters", "\(dead)"], ["duplicates", "\(duplicates)"],
            ["receipts that a register called about", "\(callbacks)"], ["seconds", "\(seconds)"],
        ]
    }
}

extension CircleSummary {
    /// The numbers in words.
    var rows: [[String]] {
        [
            ["events, each written twice", "\(events)"], ["receipts, each one document", "\(receipts)"],
            ["of these refunds", "\(refunds)"], ["events that took no receipt", "\(settled)"],
            ["roubles taken, less refunds", roubles],
            ["orders that show their newest receipt", "\(ordersShown)"], ["units that left the stores", goods],
        ]
    }

    /// What was held against what, shop by shop.
    var comparisonRows: [[String]] {
        func row(_ what: String, _ number: (CircleComparison) -> String) -> [String] { [what] + shops.map(number) }
        return [
            row("how its events come") { $0.way == .module ? "the Bitrix module" : "plain SQL" },
            row("facts by its own account") { "\($0.facts)" },
            row("of these on record exactly once") { "\($0.toldOnce)" },
            row("receipts on record, of the circle") { "\($0.receipts)" },
            row("documents at the register, of all orders") { "\($0.documents)" },
            row("orders looked at in its Bitrix") { "\($0.orders)" },
            row("products counted in ledger and stores") { "\($0.products)" },
            row("units gone from both") { $0.goods },
            row("all of it agrees") { $0.agrees ? "yes" : "no" },
        ]
    }
}
