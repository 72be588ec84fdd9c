package import Bitrix

/// A row of `fiscal.stock_document` with the lines that were not refused.
package struct StockDocument: Hashable, Sendable {
    package let id: Int64
    package let store: String
    /// Its `docNumber` in the portal.
    package let number: String
    package let kind: CatalogueDocument.Kind
    /// Amounts above zero, one per product, as the ledger has them.
    package let lines: [Line]

    package struct Line: Hashable, Sendable {
        package let product: String
        package let quantity: String

        package init(product: String, quantity: String) {
            self.product = product
            self.quantity = quantity
        }
    }

    /// A line that no portal can know.
    package struct Refusal: Hashable, Sendable {
        package let product: String
        package let code: String
        package let message: String
    }

    package init(id: Int64, store: String, number: String, kind: CatalogueDocument.Kind, lines: [Line]) {
        self.id = id
        self.store = store
        self.number = number
        self.kind = kind
        self.lines = lines
    }

    /// The document in the portal's words, whose ids are whole numbers; nil if no line is left.
    package func wanted(by settings: StockSettings) -> (document: CatalogueDocument?, refused: [Refusal]) {
        var wanted: [CatalogueDocument.Line] = []
        var refused: [Refusal] = []
        let place = Self.identifier(store)
        for line in lines {
            if place != nil, let product = Self.identifier(line.product), let amount = CatalogueAmount(line.quantity) {
                wanted.append(.init(product: product, amount: amount))
            } else {
                refused.append(
                    Refusal(
                        product: line.product, code: "id_invalid",
                        message:
                            "Product \(line.product) in store \(store): both must be ids of the portal, whole numbers.")
                )
            }
        }
        guard let place, !wanted.isEmpty else { return (nil, refused) }
        return (
            CatalogueDocument(
                number: number, kind: kind, store: place, lines: wanted, responsible: settings.responsible,
                currency: settings.currency,
                title: kind == .writeOff ? "FiscalRelay: продажи" : "FiscalRelay: возвраты"), refused
        )
    }

    private static func identifier(_ text: String) -> Int64? {
        guard let id = Int64(text), id > 0, String(id) == text else { return nil }
        return id
    }
}
