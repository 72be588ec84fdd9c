/// The calls about documents and stores, apart from sending them.
enum CatalogueCalls {
    /// Rows on one page; the portal does not let it be changed.
    static let pageSize = 50

    static func documents(numbered number: String) -> BitrixCall {
        BitrixCall(
            "catalog.document.list",
            [
                "select": ["id", "docNumber", "docType", "status"], "filter": ["=docNumber": .string(number)],
                "order": ["id": "asc"], "start": -1,
            ])
    }

    static func elements(of document: Int64, above id: Int64) -> BitrixCall {
        BitrixCall(
            "catalog.document.element.list",
            [
                "select": ["id", "docId", "elementId", "amount", "storeFrom", "storeTo"],
                "filter": ["docId": .integer(document), ">id": .integer(id)], "order": ["id": "asc"], "start": -1,
            ])
    }

    static func add(_ document: CatalogueDocument) -> BitrixCall {
        BitrixCall(
            "catalog.document.add",
            [
                "fields": [
                    "docType": .string(document.kind.rawValue), "docNumber": .string(document.number),
                    "responsibleId": .integer(document.responsible), "currency": .string(document.currency),
                    "title": .string(document.title),
                ]
            ])
    }

    static func addElement(
        _ line: CatalogueDocument.Line, to document: Int64, kind: CatalogueDocument.Kind, store: Int64
    ) -> BitrixCall {
        let fields: [BitrixValue.Member] = [
            .init("docId", .integer(document)), .init("elementId", .integer(line.product)),
            .init("amount", .number(line.amount.description)), .init(kind.storeField, .integer(store)),
        ]
        return BitrixCall("catalog.document.element.add", ["fields": .map(fields)])
    }

    static func removeElement(_ id: Int64) -> BitrixCall {
        BitrixCall("catalog.document.element.delete", ["id": .integer(id)])
    }

    static func conduct(_ document: Int64) -> BitrixCall {
        BitrixCall("catalog.document.conduct", ["id": .integer(document)])
    }

    static func removeDocument(_ id: Int64) -> BitrixCall {
        BitrixCall("catalog.document.delete", ["id": .integer(id)])
    }

    /// A page of what stores hold. The offset is counted in rows; rows that come meanwhile may be missed, and are found
    /// by the next look.
    static func amounts(store: Int64?, products: [Int64]?, from offset: Int) -> BitrixCall {
        var filter: [BitrixValue.Member] = []
        if let store { filter.append(.init("storeId", .integer(store))) }
        if let products { filter.append(.init("@productId", .list(products.map { .integer($0) }))) }
        return BitrixCall(
            "catalog.storeproduct.list",
            [
                "select": ["id", "productId", "storeId", "amount", "quantityReserved"], "filter": .map(filter),
                "order": ["id": "asc"], "start": .integer(Int64(offset)),
            ])
    }
}
