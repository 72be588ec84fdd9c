/// What a portal says that a store holds of a product.
package struct StoreAmount: Hashable, Sendable {
    package let store: Int64
    package let product: Int64
    /// Reserved goods included.
    package let amount: CatalogueAmount
    /// How much of it waits for orders.
    package let reserved: CatalogueAmount

    package init(store: Int64, product: Int64, amount: CatalogueAmount, reserved: CatalogueAmount = .zero) {
        self.store = store
        self.product = product
        self.amount = amount
        self.reserved = reserved
    }

    /// What may leave without taking an order's goods away.
    var free: CatalogueAmount { CatalogueAmount(millionths: amount.millionths - max(0, reserved.millionths)) }

    init?(_ row: BitrixValue) {
        guard let store = row["storeId"]?.identifier, let product = row["productId"]?.identifier else { return nil }
        self.store = store
        self.product = product
        // A row without an amount holds nothing.
        amount = row["amount"]?.text.flatMap(CatalogueAmount.init) ?? .zero
        reserved = row["quantityReserved"]?.text.flatMap(CatalogueAmount.init) ?? .zero
    }
}

extension BitrixClient {
    /// What stores hold, whole or of one store or of some products.
    ///
    /// Many pages go in one request. A portal over its limit is given time, for half a minute in all.
    /// - Throws: ``BitrixFault``.
    package func storeAmounts(store: Int64? = nil, products: [Int64]? = nil) async throws(BitrixFault) -> [StoreAmount]
    {
        let first = try await patiently(CatalogueCalls.amounts(store: store, products: products, from: 0))
        var rows = first.result["storeProducts"]?.elements ?? []
        let total = Int(first.total ?? Int64(rows.count))
        var offsets = stride(from: CatalogueCalls.pageSize, to: total, by: CatalogueCalls.pageSize).makeIterator()
        while true {
            var calls: [BitrixCall] = []
            while calls.count < BitrixBatch.limit, let offset = offsets.next() {
                calls.append(CatalogueCalls.amounts(store: store, products: products, from: offset))
            }
            guard !calls.isEmpty else { break }
            var read: [BitrixValue] = []
            for outcome in BitrixBatchAnswer(
                try await patiently(BitrixBatch.call(calls)).result, commands: calls, movedTo: nil
            ).outcomes {
                read += try outcome.get().result["storeProducts"]?.elements ?? []
            }
            // A portal that promises more rows than it has is not asked for them for ever.
            guard !read.isEmpty else { break }
            rows += read
        }
        // A row that moved to the next page while the pages were read stands there twice.
        var seen: Set<Int64> = []
        return rows.filter { row in row["id"]?.identifier.map { seen.insert($0).inserted } ?? true }
            .compactMap(StoreAmount.init)
    }

    private func patiently(_ call: BitrixCall) async throws(BitrixFault) -> BitrixAnswer {
        var wait: Duration = .seconds(1)
        while true {
            do throws(BitrixFault) {
                return try await self.call(call)
            } catch {
                guard error.reaction.action == .slowPortal, wait < .seconds(30), !Task.isCancelled else { throw error }
                try? await Task.sleep(for: wait)
                wait = wait * 2
            }
        }
    }
}
