/// `catalog.store.*`, `catalog.storeproduct.*`, `catalog.vat.*` and `catalog.measure.*`: all to be read only.
enum StockMethods {
    static let all: [String: BitrixMethod] = [
        "catalog.store.list": BitrixMethod(scope: "catalog") { state, call throws(BitrixError) in
            state.list(call, state.catalog.stores, named: "stores")
        },
        "catalog.store.get": BitrixMethod(scope: "catalog") { state, call throws(BitrixError) in
            guard let store = state.catalog.stores.json(try call.id()) else {
                throw .notFound("200140400000", "store")
            }
            return BitrixResult(["store": store])
        },
        "catalog.storeproduct.list": BitrixMethod(scope: "catalog") { state, call throws(BitrixError) in
            state.list(call, state.catalog.storeProducts, named: "storeProducts")
        },
        "catalog.storeproduct.get": BitrixMethod(scope: "catalog") { state, call throws(BitrixError) in
            guard let row = state.catalog.storeProducts.json(try call.id()) else {
                throw .other("store product is not exists")
            }
            return BitrixResult(["storeProduct": row])
        },
        "catalog.vat.list": BitrixMethod(scope: "catalog") { state, call throws(BitrixError) in
            state.list(call, state.catalog.vats, named: "vats")
        },
        "catalog.vat.get": BitrixMethod(scope: "catalog") { state, call throws(BitrixError) in
            guard let vat = state.catalog.vats.json(try call.id()) else { throw .notFound("200800000000", "vat") }
            return BitrixResult(["vat": vat])
        },
        "catalog.measure.list": BitrixMethod(scope: "catalog") { state, call throws(BitrixError) in
            state.list(call, state.catalog.measures, named: "measures")
        },
    ]
}
