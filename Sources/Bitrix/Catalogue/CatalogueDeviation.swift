/// Where a conducted document is not what was wanted: a pure comparison, product by product.
///
/// A portal says that it conducted a document, not what stood in it. A line that it had refused, and that a run left out
/// and then died, is known from here alone.
package struct CatalogueDeviation: Hashable, Sendable {
    /// Wanted, and not in the document: these goods the portal has not moved.
    package let absent: [CatalogueDocument.Line]
    /// Products that stand in it in another amount, from another store, or that nobody wanted: somebody changed it.
    package let altered: [Int64]

    /// - Parameters:
    ///   - wanted: The document with all its lines, those refused meanwhile too.
    ///   - elements: Of the conducted document.
    package init(of wanted: CatalogueDocument, _ elements: [FoundElement]) {
        var found = Dictionary(grouping: elements, by: \.product)
        var absent: [CatalogueDocument.Line] = []
        var altered: [Int64] = []
        for line in wanted.lines {
            guard let elements = found.removeValue(forKey: line.product) else {
                absent.append(line)
                continue
            }
            let amount = elements.reduce(CatalogueAmount.zero) { $0.adding($1.amount) }
            let isElsewhere = elements.contains { $0.store.map { $0 != wanted.store } ?? false }
            if amount != line.amount || isElsewhere { altered.append(line.product) }
        }
        self.absent = absent
        self.altered = (altered + found.keys).sorted()
    }
}
