/// A portal's products, stores and documents.
struct CatalogState: Sendable {
    var stores = BitrixTable(CatalogEntities.store)
    var storeProducts = BitrixTable(CatalogEntities.storeProduct, firstID: 11)
    var products = BitrixTable(CatalogEntities.product)
    var documents = BitrixTable(CatalogEntities.document, firstID: 31)
    var elements = BitrixTable(CatalogEntities.documentElement, firstID: 101)
    var contractors = BitrixTable(CatalogEntities.contractor)
    var vats = BitrixTable(CatalogEntities.vat)
    var measures = BitrixTable(CatalogEntities.measure)
    /// Inventory management.
    var isStockControlOn = true
    /// Stores are kept in 1C: documents may not be conducted here.
    var isKeptIn1C = false
    /// How often documents were conducted.
    var conducted = 0

    init() {
        _ = stores.add([("title", "Основной склад"), ("code", "main"), ("xmlId", "store_1")])
        for (name, rate) in [
            ("Без НДС", 0), ("НДС 0%", 0), ("НДС 10%", 10), ("НДС 20%", 20), ("НДС 22%", 22), ("НДС 5%", 5),
            ("НДС 7%", 7),
        ] {
            _ = vats.add([("name", .string(name)), ("rate", .int(rate))])
        }
        for (code, title, symbol) in [
            (6, "Метр", "м"), (112, "Литр", "л"), (163, "Грамм", "г"), (166, "Килограмм", "кг"), (796, "Штука", "шт"),
        ] {
            _ = measures.add([
                ("code", .int(code)), ("measureTitle", .string(title)), ("symbol", .string(symbol)),
                ("isDefault", code == 796 ? "Y" : "N"),
            ])
        }
    }

    /// Puts stores and products in, as a person would.
    mutating func add(_ seed: CatalogSeed) {
        isStockControlOn = seed.stockControl ?? isStockControlOn
        isKeptIn1C = seed.keptIn1C ?? isKeptIn1C
        for store in seed.stores {
            if stores.rows[store.id] == nil { _ = stores.add(id: store.id, []) }
            stores.update(store.id, [("title", .string(store.title))])
        }
        for product in seed.products {
            if products.rows[product.id] == nil { _ = products.add(id: product.id, []) }
            products.update(product.id, [("name", .string(product.name))])
            for (store, amount) in product.stock.sorted(by: { $0.key < $1.key }) {
                set(ExactDecimal(amount) ?? .zero, product: product.id, store: store)
            }
            for (store, amount) in product.reserved {
                if let row = stockRow(product: product.id, store: store) {
                    storeProducts.update(row.id, [("quantityReserved", .number(amount))])
                }
            }
        }
    }

    /// The row that says how much of a product lies in a store.
    private func stockRow(product: Int, store: Int) -> BitrixRow? {
        storeProducts.rows(of: product).first { $0.value("storeId", of: storeProducts.entity) == .int(store) }
    }

    /// How much of a product lies in a store.
    func amount(product: Int, store: Int) -> ExactDecimal {
        stockRow(product: product, store: store)?.value("amount", of: storeProducts.entity).scalarText
            .flatMap(ExactDecimal.init) ?? .zero
    }

    /// How much of a product waits for orders in a store.
    func reserved(product: Int, store: Int) -> ExactDecimal {
        stockRow(product: product, store: store)?.value("quantityReserved", of: storeProducts.entity).scalarText
            .flatMap(ExactDecimal.init) ?? .zero
    }

    /// Sets how much of a product lies in a store.
    mutating func set(_ amount: ExactDecimal, product: Int, store: Int) {
        let value = JSONValue.number(amount.description)
        if let row = stockRow(product: product, store: store) {
            storeProducts.update(row.id, [("amount", value)])
        } else {
            _ = storeProducts.add(owner: product, [("storeId", .int(store)), ("amount", value)])
        }
        let total = storeProducts.rows(of: product).reduce(ExactDecimal.zero) { sum, row in
            sum + (row.value("amount", of: storeProducts.entity).scalarText.flatMap(ExactDecimal.init) ?? .zero)
        }
        products.update(product, [("quantity", .number(total.description))])
    }

    /// The id of a VAT record by its rate as a fraction; 0 for none.
    func vat(rate: String?) -> Int {
        guard let rate = rate.flatMap(ExactDecimal.init), let hundred = ExactDecimal("100") else { return 0 }
        let percent = rate * hundred
        return vats.ids.first { id in
            id > 1 && vats.value("rate", of: id).scalarText.flatMap(ExactDecimal.init) == percent
        } ?? 0
    }
}
