/// Who moves a shop's stock in its portal, and how.
package struct StockSettings: Hashable, Sendable {
    /// One owner for every sale: two would take the same goods off twice.
    package enum Owner: String, Hashable, Sendable, CaseIterable {
        /// The portal moves its stock by itself; the relay keeps its ledger and writes nothing.
        case bitrix
        /// Every movement becomes a document of the portal. Deducting a shipment must not move stock there.
        case relay
        /// Transactions of tills become documents; shipments are the portal's, which moves stock as it deducts them.
        case divided
    }

    package let owner: Owner
    /// The store of a line that names none; nil: such a line is faulty, or of no concern where nothing is pushed.
    package let defaultStore: String?
    /// The portal's user who answers for the documents.
    package let responsible: Int64
    /// Of the documents.
    package let currency: String
    /// Movements that one document takes at most.
    package let documentLines: Int
    /// Whether ledger and portal are compared by themselves, where documents of ours move the portal's stock.
    package let isReconciled: Bool
    /// The time between two comparisons.
    package let reconciledEvery: Duration

    init(key: String, hasPortal: Bool, from reader: inout ConfigurationReader) {
        owner = reader.choice("\(key).owner", default: .bitrix) ?? .bitrix
        defaultStore = reader.optionalText("\(key).default_store")
        responsible = Int64(reader.integer("\(key).responsible_id", in: 1...Int(Int32.max), default: 1))
        currency = reader.optionalText("\(key).currency") ?? "RUB"
        documentLines = reader.integer("\(key).document_lines", in: 1...1000, default: 200)
        isReconciled = reader.bool("\(key).reconcile.scheduled", default: true)
        reconciledEvery = reader.duration(
            "\(key).reconcile.every", in: .seconds(600)...(.seconds(30 * 86400)), default: .seconds(86400))
        if owner != .bitrix, !hasPortal {
            reader.report(
                "\(key).owner", "is \(owner.rawValue), but the shop has no portal",
                allowed: "bitrix; or the shop's bitrix.webhook_url beside it")
        }
    }

    /// Whether movements of this kind of event reach the portal as documents.
    package func pushes(_ kind: String) -> Bool {
        switch owner {
        case .bitrix: false
        case .relay: true
        case .divided: kind == "pos.transaction"
        }
    }

    /// Shops that share a portal share its stock: both must name the same owner.
    static func checkOwners(of shops: [String: ShopSettings], in reader: inout ConfigurationReader) {
        var first: [String: ShopSettings] = [:]
        for (name, shop) in shops.sorted(by: { $0.key < $1.key }) {
            guard let portal = shop.bitrix?.destination else { continue }
            guard let other = first[portal] else {
                first[portal] = shop
                continue
            }
            if other.stock.owner != shop.stock.owner {
                reader.report(
                    "shops.\(name).stock.owner",
                    "is \(shop.stock.owner.rawValue), but shop \(other.name) of the same portal says "
                        + other.stock.owner.rawValue,
                    allowed: "one owner per portal")
            }
        }
    }
}
