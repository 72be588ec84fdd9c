package import Bitrix

/// Compares the ledger's levels with what a portal holds: a pure function.
package enum StockReconciliation {
    package struct Difference: Hashable, Sendable, Encodable {
        package let shop: String
        package let store: String
        package let product: String
        /// By the ledger, decimal text.
        package let ledger: String
        /// What of that the portal is still to be told.
        package let waiting: String
        /// By the portal.
        package let portal: String
        /// What the portal has beyond what it should have by now; negative: what it lacks.
        package let difference: String

        enum CodingKeys: String, CodingKey {
            case shop, ledger, waiting, portal, difference
            case store = "store_id"
            case product = "product_id"
        }

        /// What a level must become for both to agree, if it alone makes up the difference.
        package func agreed(from level: StockLevel?) -> String {
            let own = level.flatMap { CatalogueAmount($0.quantity) } ?? .zero
            let more = CatalogueAmount(difference) ?? .zero
            return CatalogueAmount(millionths: own.millionths + more.millionths).description
        }
    }

    private struct Place: Hashable, Comparable {
        let store: String
        let product: String

        static func < (left: Place, right: Place) -> Bool {
            (left.store, left.product) < (right.store, right.product)
        }
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
        var ours: [Place: (quantity: CatalogueAmount, waiting: CatalogueAmount)] = [:]
        for level in levels {
            let place = Place(store: level.store, product: level.product)
            let known = ours[place] ?? (.zero, .zero)
            let quantity = CatalogueAmount(level.quantity) ?? .zero
            let waiting = CatalogueAmount(level.waiting) ?? .zero
            ours[place] = (
                CatalogueAmount(millionths: known.quantity.millionths + quantity.millionths),
                CatalogueAmount(millionths: known.waiting.millionths + waiting.millionths)
            )
        }
        var theirs: [Place: CatalogueAmount] = [:]
        for amount in amounts {
            theirs[Place(store: String(amount.store), product: String(amount.product))] = amount.amount
        }
        return Set(ours.keys).union(theirs.keys).sorted().compactMap { place in
            let (quantity, waiting) = ours[place] ?? (.zero, .zero)
            let portal = theirs[place] ?? .zero
            let difference = portal.millionths - (quantity.millionths - waiting.millionths)
            guard difference != 0 else { return nil }
            return Difference(
                shop: shop, store: place.store, product: place.product, ledger: quantity.description,
                waiting: waiting.description, portal: portal.description,
                difference: CatalogueAmount(millionths: difference).description)
        }
    }
}
