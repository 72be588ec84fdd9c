/// `sale.cashbox.*`: the registers themselves.
enum CashboxMethods {
    private static let own = ["NAME", "OFD", "EMAIL", "NUMBER_KKM", "KKM_ID", "ACTIVE", "SORT", "USE_OFFLINE"]

    static let all: [String: BitrixMethod] = [
        "sale.cashbox.add": BitrixMethod(scope: "cashbox", writes: true) { state, call throws(BitrixError) in
            let fields = call.parameters.upperKeys
            try CashboxHandlerMethods.need(["NAME", "REST_CODE", "EMAIL"], in: fields)
            let code = fields["REST_CODE"]?.scalarText ?? ""
            guard state.cashbox.handlers.values.contains(where: { $0.code == code }) else {
                throw BitrixError(
                    status: 400, code: "ERROR_CHECK_FAILURE", description: "Handler with this code is not found")
            }
            let id = state.cashbox.registers.add(written(fields))
            state.cashbox.handlerCodes[id] = code
            state.cashbox.registerSettings[id] = fields["SETTINGS"] ?? [:]
            return BitrixResult(.int(id))
        },
        "sale.cashbox.list": BitrixMethod(scope: "cashbox") { state, call throws(BitrixError) in
            let parameters = call.parameters.upperKeys
            let named =
                (parameters["SELECT"]?.phpEntries ?? []).compactMap(\.value.scalarText)
                + (parameters["FILTER"]?.phpEntries ?? []).map { $0.name.filter { $0.isLetter || $0 == "_" } }
                + (parameters["ORDER"]?.phpEntries ?? []).map(\.name)
            for name in named where name != "*" && CashboxState.register.position(of: name) == nil {
                throw BitrixError(status: 400, code: "", description: "Unknown field definition `\(name)`")
            }
            let list = BitrixList(call, of: CashboxState.register).run(state.cashbox.registers, named: "list")
            return BitrixResult(list.result["list"] ?? [])
        },
        "sale.cashbox.update": BitrixMethod(scope: "cashbox", writes: true) { state, call throws(BitrixError) in
            let parameters = call.parameters.upperKeys
            try CashboxHandlerMethods.need(["ID", "FIELDS"], in: parameters)
            let id = try known(parameters, state)
            let fields = parameters["FIELDS"] ?? [:]
            state.cashbox.registers.update(id, written(fields))
            if let settings = fields["SETTINGS"] {
                state.cashbox.registerSettings[id] = (state.cashbox.registerSettings[id] ?? [:]).merged(settings)
            }
            return BitrixResult(true)
        },
        "sale.cashbox.delete": BitrixMethod(scope: "cashbox", writes: true) { state, call throws(BitrixError) in
            let parameters = call.parameters.upperKeys
            try CashboxHandlerMethods.need(["ID"], in: parameters)
            let id = try known(parameters, state)
            state.cashbox.registers.remove(id)
            state.cashbox.handlerCodes[id] = nil
            state.cashbox.registerSettings[id] = nil
            return BitrixResult(true)
        },
    ]

    private static func known(_ parameters: JSONValue, _ state: PortalState) throws(BitrixError) -> Int {
        let id = Int(parameters["ID"]?.scalarText ?? "") ?? 0
        guard state.cashbox.registers.rows[id] != nil else {
            throw BitrixError(status: 400, code: "ERROR_CASHBOX_NOT_FOUND", description: "Cashbox not found!")
        }
        return id
    }

    private static func written(_ fields: JSONValue) -> [(String, JSONValue)] {
        own.compactMap { name in fields[name].map { (name, .string($0.scalarText ?? "")) } }
    }
}
