/// A document of inventory management as it is wanted: found again by its number, whatever became of a call.
package struct CatalogueDocument: Hashable, Sendable {
    /// What a document does to the store. Others cannot be made through REST or do not concern sales.
    package enum Kind: String, Hashable, Sendable {
        /// Goods leave the store.
        case writeOff = "D"
        /// Goods come back to it.
        case goodsReturn = "R"
    }

    package struct Line: Hashable, Sendable {
        package let product: Int64
        /// Above zero.
        package let amount: CatalogueAmount

        package init(product: Int64, amount: CatalogueAmount) {
            self.product = product
            self.amount = amount
        }
    }

    /// Our key, at most 64 characters: `docNumber`. The portal does not keep it unique.
    package let number: String
    package let kind: Kind
    package let store: Int64
    /// One per product.
    package let lines: [Line]
    /// The portal's user who answers for it.
    package let responsible: Int64
    /// Cannot be changed once the document is there.
    package let currency: String
    /// For people, at most 255 characters.
    package let title: String

    package init(
        number: String, kind: Kind, store: Int64, lines: [Line], responsible: Int64, currency: String, title: String
    ) {
        self.number = number
        self.kind = kind
        self.store = store
        self.lines = lines
        self.responsible = responsible
        self.currency = currency
        self.title = title
    }
}

/// A document that a portal has under our number.
package struct FoundDocument: Hashable, Sendable {
    package enum Status: String, Hashable, Sendable {
        case draft = "N"
        case conducted = "Y"
        /// Somebody took a conducted document back.
        case cancelled = "C"
    }

    package let id: Int64
    package let status: Status

    package init(id: Int64, status: Status) {
        self.id = id
        self.status = status
    }

    init?(_ row: BitrixValue) {
        guard let id = row["id"]?.identifier, let status = row["status"]?.text.flatMap(Status.init) else { return nil }
        self.id = id
        self.status = status
    }
}

/// A line that a draft has.
package struct FoundElement: Hashable, Sendable {
    package let id: Int64
    package let product: Int64
    package let amount: CatalogueAmount
    /// Where it leaves from or comes to; nil where the portal names none.
    package let store: Int64?

    package init(id: Int64, product: Int64, amount: CatalogueAmount, store: Int64?) {
        self.id = id
        self.product = product
        self.amount = amount
        self.store = store
    }

    init?(_ row: BitrixValue, kind: CatalogueDocument.Kind) {
        guard let id = row["id"]?.identifier, let product = row["elementId"]?.identifier else { return nil }
        self.id = id
        self.product = product
        amount = row["amount"]?.text.flatMap(CatalogueAmount.init) ?? .zero
        store = row[kind.storeField]?.identifier
    }
}

extension CatalogueDocument.Kind {
    /// The field of a line that names its store.
    var storeField: String { self == .writeOff ? "storeFrom" : "storeTo" }
}
