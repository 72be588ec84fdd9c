/// What conducting a document does to the stores, or cancelling it undoes.
struct StockMovement {
    /// Kinds of document that REST may make, with their names.
    static let kinds: KeyValuePairs<String, String> = [
        "A": "Приход товара на склад", "S": "Оприходование товара", "M": "Перемещение товара между складами",
        "R": "Возврат товара", "D": "Списание товара",
    ]

    private struct Place: Hashable {
        let product: Int
        let store: Int
    }

    private var changes: [Place: ExactDecimal] = [:]

    /// Reads the elements of a document.
    ///
    /// - Throws: the portal's words on what is missing.
    init(ofDocument id: Int, in catalog: CatalogState) throws(BitrixError) {
        let kind = catalog.documents.value("docType", of: id).stringValue ?? ""
        let rows = catalog.elements.rows(of: id)
        guard !rows.isEmpty else { throw .other("Не указаны товары документа") }
        if kind == "A", catalog.contractors.rows(of: id).isEmpty { throw .other("Не указан поставщик") }
        for row in rows {
            let product = row.value("elementId", of: catalog.elements.entity).intValue ?? 0
            guard
                let amount = row.value("amount", of: catalog.elements.entity).scalarText.flatMap(ExactDecimal.init),
                amount > .zero
            else {
                throw .other(
                    "Некорректное количество товара #\(product) (\(catalog.products.value("name", of: product).scalarText ?? "")) в документе складского учета"
                )
            }
            if kind == "D" || kind == "M" {
                let place = Place(product: product, store: try Self.store("storeFrom", row, catalog))
                changes[place] = (changes[place] ?? .zero) + amount.negated
            }
            if kind != "D" {
                let place = Place(product: product, store: try Self.store("storeTo", row, catalog))
                changes[place] = (changes[place] ?? .zero) + amount
            }
        }
    }

    private static func store(
        _ name: String, _ row: BitrixRow, _ catalog: CatalogState
    ) throws(BitrixError) -> Int {
        guard let store = row.value(name, of: catalog.elements.entity).intValue, catalog.stores.rows[store] != nil
        else {
            throw .other(name == "storeFrom" ? "Не указан склад-источник" : "Не указан склад-получатель")
        }
        return store
    }

    /// The same the other way round.
    var reversed: StockMovement {
        var copy = self
        copy.changes = changes.mapValues(\.negated)
        return copy
    }

    /// Moves the goods, all or none.
    ///
    /// - Throws: the portal's words if a store does not hold so much.
    func apply(to catalog: inout CatalogState) throws(BitrixError) {
        var amounts: [(place: Place, amount: ExactDecimal)] = []
        for (place, change) in changes {
            let amount = catalog.amount(product: place.product, store: place.store) + change
            // What waits for orders is not written off either.
            let kept = catalog.reserved(product: place.product, store: place.store)
            guard amount >= kept || change >= .zero else {
                let name = catalog.products.value("name", of: place.product).scalarText ?? ""
                let store = catalog.stores.value("title", of: place.store).scalarText ?? ""
                throw .other("Недостаточно остатков товара \"\(name)\" на складе \"\(store)\"")
            }
            amounts.append((place, amount))
        }
        for (place, amount) in amounts { catalog.set(amount, product: place.product, store: place.store) }
    }
}
