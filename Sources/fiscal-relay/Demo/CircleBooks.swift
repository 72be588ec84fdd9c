import Sandbox

/// The ledgers of one shop after its circle: ours, the register's, the portal's, and what the demo wrote down itself.
/// Each is held against the others from both sides: what one has, and what one has not.
struct CircleBooks: Sendable {
    /// A receipt in one of the ledgers, by what must be alike in all.
    struct Document: Hashable, Sendable {
        let externalID: String
        let type: String
        let kopecks: Int
        /// Number of the drive, of the document, and its sign.
        let signs: [String]
    }

    /// A receipt on our record.
    struct Receipt: Sendable {
        let document: Document
        let eventKey: String
        let order: String?

        var isReturn: Bool { document.type.hasPrefix("sell_return") }
    }

    /// What an order in the portal shows: signs of its newest receipt, and of its newest refund; empty where it shows
    /// none.
    struct Shown: Hashable, Sendable {
        let sale: [String]
        let refund: [String]
    }

    /// The shop's own: what came in and went back, what each receipt comes to, and what left its store.
    let account: CircleAccount
    /// Events of the shop that are not the circle's.
    let otherEvents: Set<String>
    /// Keys of all events of the shop on our record.
    let events: [String]
    /// All fiscalised receipts of the shop on our record, oldest first.
    let recorded: [Receipt]
    /// Every document that the shop's register printed.
    let printed: [Document]
    /// By order number.
    let shown: [Int: Shown]
    /// Thousandths that left the stores by product, in our ledger and in the portal's.
    let moved: [Int: Int]
    let missing: [Int: Int]

    /// Receipts of the circle.
    var ours: [Receipt] { recorded.filter { !otherEvents.contains($0.eventKey) } }

    /// Facts of which there is exactly one event on our record.
    var toldOnce: Int { account.facts.count { fact in events.count { fact.isTold(by: $0) } == 1 } }

    /// What is not alike, a sentence each; empty when every ledger agrees with every other.
    var disagreements: [String] { facts + registers + money + orders + stock }

    /// What happened and what was told of it, each once.
    private var facts: [String] {
        let own = events.filter { !otherEvents.contains($0) }
        let untold = own.filter { key in !account.facts.contains { $0.isTold(by: key) } }.map {
            "event \($0) is on record, and nothing happened of which it could tell"
        }
        return untold
            + account.facts.compactMap { fact in
                let count = own.count { fact.isTold(by: $0) }
                return count == 1 ? nil : "of \(fact.key) there are \(count) events on record, not one"
            }
    }

    /// Our record and the register's, document by document.
    private var registers: [String] {
        let there = Dictionary(grouping: printed, by: \.externalID)
        let here = Dictionary(grouping: recorded.map(\.document), by: \.externalID)
        return Set(there.keys).union(here.keys).sorted().compactMap { key in
            let (ours, theirs) = (here[key] ?? [], there[key] ?? [])
            return ours.count == 1 && ours == theirs
                ? nil
                : "receipt \(key): \(ours.count) on our record, \(theirs.count) documents at the register, or another one"
        }
    }

    /// What was told and what was receipted, fact by fact.
    private var money: [String] {
        account.facts.compactMap { fact in
            let due: (kopecks: Int, isReturn: Bool)? =
                switch fact.money {
                case .came(let kopecks), .none(let kopecks): (kopecks, false)
                case .wentBack(let kopecks): (kopecks, true)
                case .settled: nil
                }
            let found = recorded.filter { fact.isTold(by: $0.eventKey) }.map { ($0.document.kopecks, $0.isReturn) }
            guard !found.elementsEqual([due].compactMap(\.self), by: ==) else { return nil }
            let sums = found.map { "\($1 ? "a return of " : "")\($0)" }.joined(separator: ", ")
            return
                "\(fact.key) takes \(due.map { "a receipt of \($0.kopecks) kopecks" } ?? "no receipt"), its receipts: "
                + (sums.isEmpty ? "none" : sums)
        }
    }

    private var orders: [String] {
        shown.sorted { $0.key < $1.key }.compactMap { order, signs in
            let own = recorded.filter { $0.order == String(order) }
            let due = Shown(
                sale: own.last { !$0.isReturn }?.document.signs ?? [],
                refund: own.last(where: \.isReturn)?.document.signs ?? [])
            return due == signs
                ? nil : "order \(order) does not show its newest receipt, or its newest refund, or shows one too many"
        }
    }

    private var stock: [String] {
        var left: [Int: Int] = [:]
        for (product, thousandths) in account.facts.flatMap(\.goods) { left[product, default: 0] += thousandths }
        return Set(left.keys).union(moved.keys).union(missing.keys).sorted().compactMap { product in
            let sums = [left[product] ?? 0, moved[product] ?? 0, missing[product] ?? 0]
            return Set(sums).count == 1
                ? nil : "product \(product): \(sums[0]) sold, \(sums[1]) in our ledger, \(sums[2]) gone from the portal"
        }
    }
}
