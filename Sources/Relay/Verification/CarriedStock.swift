/// What the ledger counts as brought to portals, one product in one store, over all shops.
package struct CarriedStock: Hashable, Sendable {
    package var store: String
    package var product: String
    /// Millionths; negative left the store.
    package var millionths: Int64

    package init(store: String, product: String, millionths: Int64) {
        self.store = store
        self.product = product
        self.millionths = millionths
    }
}

/// A catalogue document that a portal says it has.
package struct PortalDocument: Hashable, Sendable {
    package var portal: String
    package var number: String
    /// Each line as what it does to the store.
    package var lines: [CarriedStock]

    package init(portal: String, number: String, lines: [CarriedStock]) {
        self.portal = portal
        self.number = number
        self.lines = lines
    }
}

/// What is on record of documents, to be held against those of portals.
package struct StockDocumentsOnRecord: Hashable, Sendable {
    /// Sums of the movements that documents are conducted of, those apart that portals refused.
    package var carried: [CarriedStock]
    /// Numbers of documents that portals may have or not.
    package var open: Set<String>

    package init(carried: [CarriedStock] = [], open: Set<String> = []) {
        self.carried = carried
        self.open = open
    }
}
