import Sandbox

/// The ledgers of one shop after its circle: ours, the register's, the portal's, and what the demo wrote down itself. Each is
/// held against the others from both sides: what one has, and what one has not.
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

    /// What an order in the portal shows: signs of its newest receipt, and of its newest refund; empty where it shows none.
    struct Shown: Hashable, Sendable {
        let sale: [String]
        let refund: [String]
    }

    let shop: String
    /// The story's own account: what came in and went back, in kopecks, and what each receipt comes to.
    let told: [CircleEvent]
    /// Events of the shop that are not the story's.
    let otherEvents: Set<String>
    /// All fiscalised receipts of the shop on our record, oldest first.
    let recorded: [Receipt]
    /// Every document that the shop's register printed.
    let printed: [Document]
    /// By order number.
    let shown: [Int: Shown]
    /// Thousandths that left the stores by product, in our ledger and in the portal's.
    let moved: [Int: Int]
    let missing: [Int: Int]

    /// Receipts of the story.
    var ours: [Receipt] {
        let keys = Set(told.map(\.key))
        return recorded.filter { keys.contains($0.eventKey) }
    }

    /// What is not alike, a sentence each; empty when every ledger agrees with every other.
    var disagreements: [String] { registers + money + orders + stock }

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

    /// What was told and what was receipted, event by event.
    private var money: [String] {
        let receipts = Dictionary(grouping: recorded, by: \.eventKey)
        let known = otherEvents.union(told.map(\.key))
        let untold = receipts.keys.filter { !known.contains($0) }.sorted().map {
            "nobody told of event \($0), which has a receipt"
        }
        return untold
            + told.compactMap { event in
                let (kopecks, isReturn) =
                    switch event.money {
                    case .came(let kopecks), .none(let kopecks): (kopecks, false)
                    case .wentBack(let kopecks): (kopecks, true)
                    }
                let found = receipts[event.key] ?? []
                guard found.count == 1, found[0].document.kopecks == kopecks, found[0].isReturn == isReturn else {
                    let sums = found.map { "\($0.document.type) \($0.document.kopecks)" }.joined(separator: ", ")
                    return "event \(event.key) is of \(kopecks) kopecks, its receipts: \(sums.isEmpty ? "none" : sums)"
                }
                return nil
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
        for (product, thousandths) in told.flatMap(\.goods) { left[product, default: 0] += thousandths }
        return Set(left.keys).union(moved.keys).union(missing.keys).sorted().compactMap { product in
            let sums = [left[product] ?? 0, moved[product] ?? 0, missing[product] ?? 0]
            return Set(sums).count == 1
                ? nil : "product \(product): \(sums[0]) sold, \(sums[1]) in our ledger, \(sums[2]) gone from the portal"
        }
    }
}
