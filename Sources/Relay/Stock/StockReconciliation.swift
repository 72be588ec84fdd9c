package import Bitrix

/// Compares the ledger's levels with what a portal holds: pure functions.
package enum StockReconciliation {
    /// A product in a store.
    package struct Place: Hashable, Comparable, Sendable {
        package let store: String
        package let product: String

        package init(store: String, product: String) {
            self.store = store
            self.product = product
        }

        package static func < (left: Place, right: Place) -> Bool {
            (left.store, left.product) < (right.store, right.product)
        }
    }

    package struct Difference: Hashable, Sendable, Encodable {
        package let shop: String
        package let store: String
        package let product: String
        /// By the ledger, decimal text.
        package let ledger: String
        /// What of that the portal is still to be told.
        package let waiting: String
        /// What of it the portal may have been told in a time that a restore took back; taken here as not told.
        package let held: String
        /// By the portal.
        package let portal: String
        /// What the portal has beyond what it should have by now; negative: what it lacks.
        package let difference: String

        enum CodingKeys: String, CodingKey {
            case shop, ledger, waiting, held, portal, difference
            case store = "store_id"
            case product = "product_id"
        }

        package var place: Place { Place(store: store, product: product) }

        /// What a level must become for both to agree, if it alone makes up the difference.
        package func agreed(from level: StockLevel?) -> String {
            let own = level.flatMap { CatalogueAmount($0.quantity) } ?? .zero
            let more = CatalogueAmount(difference) ?? .zero
            return CatalogueAmount(millionths: own.millionths + more.millionths).description
        }
    }

    /// Whether a portal has movements that are held after a restore.
    package enum Finding: String, Hashable, Sendable, Encodable, CaseIterable {
        /// It lacks or has just what they say.
        case brought
        /// It holds what it would without them.
        case absent
        /// Neither: only a person can tell.
        case unclear
    }

    /// Millionths at one place.
    private struct Sums {
        var quantity: Int64 = 0
        var waiting: Int64 = 0
        var held: Int64 = 0
        var portal: Int64 = 0

        /// See ``Difference/difference``.
        var difference: Int64 { portal - (quantity - waiting - held) }
    }

    private static func sums(_ levels: [StockLevel], _ amounts: [StoreAmount]) -> [Place: Sums] {
        var sums: [Place: Sums] = [:]
        for level in levels {
            let place = Place(store: level.store, product: level.product)
            sums[place, default: Sums()].quantity += CatalogueAmount(level.quantity)?.millionths ?? 0
            sums[place, default: Sums()].waiting += CatalogueAmount(level.waiting)?.millionths ?? 0
            sums[place, default: Sums()].held += CatalogueAmount(level.held)?.millionths ?? 0
        }
        for amount in amounts {
            sums[Place(store: String(amount.store), product: String(amount.product)), default: Sums()].portal =
                amount.amount.millionths
        }
        return sums
    }

    /// Where the two disagree, by store and product. What neither has, or only one has and at zero, agrees.
    ///
    /// - Parameters:
    ///   - shop: Names the shops whose levels they are.
    ///   - levels: By the ledger; those of shops that share the portal add up.
    ///   - amounts: By the portal.
    /// - Returns: The differences; a level that is beyond what a portal counts in is one.
    package static func differences(
        shop: String, levels: [StockLevel], amounts: [StoreAmount]
    ) -> [Difference] {
        sums(levels, amounts).sorted { $0.key < $1.key }.compactMap { place, sums in
            guard sums.difference != 0 else { return nil }
            let text = { (millionths: Int64) in CatalogueAmount(millionths: millionths).description }
            return Difference(
                shop: shop, store: place.store, product: place.product, ledger: text(sums.quantity),
                waiting: text(sums.waiting), held: text(sums.held), portal: text(sums.portal),
                difference: text(sums.difference))
        }
    }

    /// What a portal's quantities say of movements that are held: all of a place have reached it, or none, or it cannot be
    /// told. True only where ledger and portal agreed before.
    ///
    /// Movements that come to nothing together need no bringing, whether they reached it or not.
    package static func held(
        at places: [Place], levels: [StockLevel], amounts: [StoreAmount]
    ) -> [Place: Finding] {
        let sums = sums(levels, amounts)
        return Dictionary(
            places.map { place in
                let found = sums[place] ?? Sums()
                if found.difference == found.held { return (place, .brought) }
                return (place, found.difference == 0 ? .absent : .unclear)
            }, uniquingKeysWith: { first, _ in first })
    }
}
