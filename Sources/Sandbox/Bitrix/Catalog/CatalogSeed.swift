/// Stores, products and what lies where, to be put into a portal's catalogue. Quantities are decimal text.
package struct CatalogSeed: Hashable, Sendable {
    /// A store.
    package struct Store: Hashable, Sendable {
        /// Id.
        package var id: Int
        /// Name for people.
        package var title: String

        /// Makes a store.
        package init(id: Int, title: String) {
            self.id = id
            self.title = title
        }
    }

    /// A product, with what lies of it in which store.
    package struct Product: Hashable, Sendable {
        /// Id.
        package var id: Int
        /// Name for people.
        package var name: String
        /// Quantity by store id.
        package var stock: [Int: String]
        /// What of it waits for orders, by store id; a write-off may not touch it.
        package var reserved: [Int: String]

        /// Makes a product.
        package init(id: Int, name: String, stock: [Int: String] = [:], reserved: [Int: String] = [:]) {
            self.id = id
            self.name = name
            self.stock = stock
            self.reserved = reserved
        }
    }

    /// Stores to add, or to rename.
    package var stores: [Store]
    /// Products to add, or to rename; the stock named replaces what was there.
    package var products: [Product]
    /// Whether inventory management is on; nil: as it was.
    package var stockControl: Bool?
    /// Whether stores are kept in 1C, so that no document may be conducted here; nil: as it was.
    package var keptIn1C: Bool?

    /// Makes a seed; without arguments it changes nothing.
    package init(
        stores: [Store] = [], products: [Product] = [], stockControl: Bool? = nil, keptIn1C: Bool? = nil
    ) {
        self.stores = stores
        self.products = products
        self.stockControl = stockControl
        self.keptIn1C = keptIn1C
    }
}

extension CatalogSeed {
    /// Reads the body of `POST /_sandbox/catalog`, without its `portal`.
    init(json: JSONValue) throws(ControlError) {
        let reader = try ControlReader(
            json, "catalog", knowing: ["portal", "stores", "products", "stock_control", "kept_in_1c"])
        self.init(
            stockControl: try reader.bool("stock_control"), keptIn1C: try reader.bool("kept_in_1c"))
        for store in try reader.array("stores") {
            let reader = try ControlReader(store, "store", knowing: ["id", "title"])
            stores.append(
                Store(id: try reader.need("id", reader.int("id")), title: try reader.text("title") ?? "Склад"))
        }
        for product in try reader.array("products") {
            let reader = try ControlReader(product, "product", knowing: ["id", "name", "stock", "reserved"])
            let id = try reader.need("id", reader.int("id"))
            products.append(
                Product(
                    id: id, name: try reader.text("name") ?? "Товар \(id)", stock: try Self.quantities("stock", reader),
                    reserved: try Self.quantities("reserved", reader)))
        }
    }

    private static func quantities(_ name: String, _ reader: ControlReader) throws(ControlError) -> [Int: String] {
        var quantities: [Int: String] = [:]
        for member in reader[name]?.members ?? [] {
            guard let store = Int(member.name), let amount = member.value.scalarText.flatMap(ExactDecimal.init)
            else { throw ControlError("product.\(name) must name quantities by store id") }
            quantities[store] = amount.description
        }
        return quantities
    }

    /// The seed as it is given.
    var json: JSONValue {
        var json: JSONValue = [
            "stores": .array(stores.map { ["id": .int($0.id), "title": .string($0.title)] }),
            "products": .array(
                products.map { product in
                    func json(_ quantities: [Int: String]) -> JSONValue {
                        .object(
                            quantities.sorted { $0.key < $1.key }.map { JSONMember(String($0.key), .string($0.value)) })
                    }
                    return [
                        "id": .int(product.id), "name": .string(product.name), "stock": json(product.stock),
                        "reserved": json(product.reserved),
                    ]
                }),
        ]
        if let stockControl { json.set("stock_control", to: .bool(stockControl)) }
        if let keptIn1C { json.set("kept_in_1c", to: .bool(keptIn1C)) }
        return json
    }
}
