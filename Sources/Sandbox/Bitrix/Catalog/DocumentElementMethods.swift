/// `catalog.document.element.*`: the lines of a document, changeable until it is conducted.
enum DocumentElementMethods {
    private static let denied = BitrixError(
        status: 400, code: "ERROR_DOCUMENT_RIGHTS", description: "Access denied")

    static let all: [String: BitrixMethod] = [
        "catalog.document.element.list": BitrixMethod(
            scope: "catalog", denial: denied
        ) { state, call throws(BitrixError) in
            state.list(call, state.catalog.elements, named: "documentElements")
        },
        "catalog.document.element.add": method { state, call throws(BitrixError) in
            let fields = try call.fields()
            let document = try draft(fields["docId"]?.scalarText, state)
            guard let product = Int(fields["elementId"]?.scalarText ?? ""), state.catalog.products.rows[product] != nil
            else { throw .other("Error of adding new document element") }
            let id = state.catalog.elements.add(owner: document, [("elementId", .int(product))])
            state.catalog.elements.update(id, written(fields))
            return BitrixResult(["documentElement": state.catalog.elements.json(id) ?? .null])
        },
        "catalog.document.element.update": method { state, call throws(BitrixError) in
            let id = try element(call.id(), state)
            state.catalog.elements.update(id, written(try call.fields()))
            return BitrixResult(["documentElement": state.catalog.elements.json(id) ?? .null])
        },
        "catalog.document.element.delete": method { state, call throws(BitrixError) in
            state.catalog.elements.remove(try element(call.id(), state))
            return BitrixResult(true)
        },
    ]

    private static func method(_ run: @escaping BitrixMethod.Run) -> BitrixMethod {
        BitrixMethod(scope: "catalog", writes: true, denial: denied, run: run)
    }

    /// A document that may still be changed.
    private static func draft(_ text: String?, _ state: PortalState) throws(BitrixError) -> Int {
        guard let id = Int(text ?? ""), state.catalog.documents.rows[id] != nil else {
            throw BitrixError(status: 400, code: "ERROR_DOCUMENT_STATUS", description: "Document not found")
        }
        guard state.catalog.documents.value("status", of: id) != "Y" else {
            throw BitrixError(status: 400, code: "ERROR_DOCUMENT_STATUS", description: "Conducted document")
        }
        return id
    }

    private static func element(_ id: Int, _ state: PortalState) throws(BitrixError) -> Int {
        guard let row = state.catalog.elements.rows[id] else {
            throw .other("document element is not exists")
        }
        _ = try draft(String(row.owner), state)
        return id
    }

    private static func written(_ fields: JSONValue) -> [(String, JSONValue)] {
        let stores = ["storeFrom", "storeTo"].compactMap { name in
            fields[name].map { (name, Int($0.scalarText ?? "").map { JSONValue.int($0) } ?? .null) }
        }
        let amounts = ["amount", "purchasingPrice"].compactMap { name in
            fields[name].map { value in
                (name, value.scalarText.flatMap(ExactDecimal.init).map { JSONValue.number($0.description) } ?? .null)
            }
        }
        return stores + amounts
    }
}
