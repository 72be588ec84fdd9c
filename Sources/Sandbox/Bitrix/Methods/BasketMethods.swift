/// `sale.basketitem.*`.
enum BasketMethods {
    static let all: [String: BitrixMethod] = [
        "sale.basketitem.list": BitrixMethod(scope: "sale") { state, call throws(BitrixError) in
            state.list(call, state.basketItems, named: "basketItems")
        },
        "sale.basketitem.get": BitrixMethod(scope: "sale") { state, call throws(BitrixError) in
            guard let item = state.basketItems.json(try call.id()) else {
                throw .notFound("200140400001", "basket item")
            }
            return BitrixResult(["basketItem": item])
        },
    ]
}
