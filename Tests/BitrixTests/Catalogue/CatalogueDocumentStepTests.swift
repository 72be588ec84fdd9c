import Bitrix
import Testing

@Suite("What a document needs next")
struct CatalogueDocumentStepTests {
    private let wanted = CatalogueDocument.sample([(501, "2"), (502, "0.5")])

    private func element(_ id: Int64, _ product: Int64, _ amount: String, store: Int64? = 1) -> FoundElement {
        FoundElement(id: id, product: product, amount: CatalogueAmount(amount) ?? .zero, store: store)
    }

    private func next(
        _ documents: [FoundDocument], _ elements: [FoundElement] = [], of document: CatalogueDocument? = nil
    ) -> CatalogueDocumentStep {
        .next(for: document ?? wanted, documents: documents, elements: elements)
    }

    @Test("None is added, a draft is filled, and conducted when it is as wanted")
    func wayOfADocument() {
        #expect(next([]) == .add)
        let draft = FoundDocument(id: 9, status: .draft)
        #expect(next([draft]) == .addElements(document: 9, wanted.lines))
        #expect(next([draft], [element(1, 501, "2")]) == .addElements(document: 9, [wanted.lines[1]]))
        #expect(next([draft], [element(1, 501, "2"), element(2, 502, "0.50000000000001")]) == .conduct(document: 9))
        #expect(next([FoundDocument(id: 9, status: .conducted)]) == .done(document: 9, doubles: []))
    }

    @Test("A line that came twice, wrong or from elsewhere is taken out before it is conducted")
    func wrongLines() {
        let draft = FoundDocument(id: 9, status: .draft)
        let right = [element(1, 501, "2"), element(2, 502, "0.5")]
        #expect(next([draft], right + [element(3, 501, "2")]) == .removeElements([3]))
        #expect(next([draft], right + [element(4, 777, "1")]) == .removeElements([4]))
        #expect(next([draft], [element(1, 501, "3"), right[1]]) == .removeElements([1]))
        #expect(next([draft], [element(1, 501, "2", store: 2), right[1]]) == .removeElements([1]))
        #expect(next([draft], [element(1, 501, "2", store: nil), right[1]]) == .conduct(document: 9))
    }

    @Test("Of several with one number the first counts, and the drafts go")
    func doubles() {
        let drafts = [FoundDocument(id: 11, status: .draft), FoundDocument(id: 10, status: .draft)]
        #expect(next(drafts) == .removeDrafts([11]))
        let conducted = FoundDocument(id: 12, status: .conducted)
        #expect(next(drafts + [conducted]) == .removeDrafts([10, 11]))
        #expect(
            next([conducted, FoundDocument(id: 13, status: .conducted)]) == .done(document: 12, doubles: [13]))
    }

    @Test("What a person took back is for a person; what has no lines is not made")
    func ends() {
        #expect(next([FoundDocument(id: 9, status: .cancelled)]) == .takenBack(document: 9))
        let empty = CatalogueDocument.sample([])
        #expect(next([], of: empty) == .nothing)
        #expect(next([FoundDocument(id: 9, status: .draft)], of: empty) == .removeDrafts([9]))
    }
}

extension CatalogueDocument {
    static func sample(_ lines: [(Int64, String)], kind: Kind = .writeOff) -> CatalogueDocument {
        CatalogueDocument(
            number: "FR-1", kind: kind, store: 1,
            lines: lines.map { Line(product: $0.0, amount: CatalogueAmount($0.1) ?? .zero) }, responsible: 1,
            currency: "RUB", title: "test")
    }
}
