package import Bitrix
package import Postgres

/// Ledger and portal side by side, for all shops that share the portal and so its stock.
package struct PortalStock: Sendable {
    /// Ordered by name, at least one; all have the same portal.
    package let shops: [Shop]
    package let levels: [StockLevel]
    package let amounts: [StoreAmount]

    /// The names of the shops, as differences show them.
    package var name: String { shops.map(\.name).joined(separator: "+") }

    package var differences: [StockReconciliation.Difference] {
        StockReconciliation.differences(shop: name, levels: levels, amounts: amounts)
    }

    /// Shops by the portal that they share, those without one left out.
    package static func groups(of directory: ShopDirectory) -> [[Shop]] {
        Dictionary(grouping: directory.shops.values.filter { $0.portal != nil }) { $0.portal?.destination ?? "" }.values
            .map { $0.sorted { $0.name < $1.name } }.sorted { $0[0].name < $1[0].name }
    }

    /// Reads both.
    ///
    /// - Parameters:
    ///   - shops: A group of ``groups(of:)``.
    ///   - store: Only this store of the portal.
    ///   - pool: Of a login that may read the schema.
    /// - Returns: Both, read one after the other.
    /// - Throws: ``BitrixFault`` if the portal does not answer, `PostgresError`.
    package static func read(_ shops: [Shop], store: Int64? = nil, _ pool: PostgresPool) async throws -> PortalStock {
        guard let portal = shops.first?.portal else { return PortalStock(shops: shops, levels: [], amounts: []) }
        let amounts = try await portal.client.storeAmounts(store: store)
        // Read after the portal: what is brought there meanwhile still waits by this look.
        var levels: [StockLevel] = []
        for shop in shops {
            var filter = StockStore.Filter()
            filter.shop = shop.name
            filter.store = store.map(String.init)
            filter.limit = .max
            levels += try await StockStore(pool: pool).levels(filter)
        }
        return PortalStock(shops: shops, levels: levels, amounts: amounts)
    }
}
