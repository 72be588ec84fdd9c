/// `catalog.product.*`, to be read only.
enum ProductMethods {
    static let all: [String: BitrixMethod] = [
        "catalog.product.list": BitrixMethod(scope: "catalog") { state, call throws(BitrixError) in
            let selected = Set((call["select"]?.phpEntries ?? []).compactMap { $0.value.scalarText?.lowercased() })
            guard selected.isSuperset(of: ["id", "iblockid"]) else {
                throw .other("Required select fields: id, iblockId")
            }
            let filtered = (call["filter"]?.phpEntries ?? []).map { $0.name.lowercased() }
            guard filtered.contains(where: { $0.hasSuffix("iblockid") }) else {
                throw .other("Required filter fields: iblockId")
            }
            return state.list(call, state.catalog.products, named: "products")
        },
        "catalog.product.get": BitrixMethod(scope: "catalog") { state, call throws(BitrixError) in
            guard let product = state.catalog.products.json(try call.id()) else {
                throw .notFound("200040300000", "product")
            }
            return BitrixResult(["product": product])
        },
    ]
}
