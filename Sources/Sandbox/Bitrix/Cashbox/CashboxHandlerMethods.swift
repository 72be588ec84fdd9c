/// `sale.cashbox.handler.*`.
enum CashboxHandlerMethods {
    static let all: [String: BitrixMethod] = [
        "sale.cashbox.handler.add": BitrixMethod(scope: "cashbox", writes: true) { state, call throws(BitrixError) in
            let fields = call.parameters.upperKeys
            try need(["CODE", "NAME", "SETTINGS"], in: fields)
            let settings = fields["SETTINGS"] ?? [:]
            try need(["PRINT_URL", "CHECK_URL", "CONFIG"], in: settings)
            let code = fields["CODE"]?.scalarText ?? ""
            guard !state.cashbox.handlers.values.contains(where: { $0.code == code }) else {
                throw BitrixError(
                    status: 400, code: "ERROR_HANDLER_ALREADY_EXIST", description: "Handler already exists!")
            }
            let id = state.cashbox.addHandler(
                code: String(code.prefix(50)), name: String((fields["NAME"]?.scalarText ?? "").prefix(255)),
                sort: Int(fields["SORT"]?.scalarText ?? "") ?? 100, settings: settings,
                application: call.caller.application)
            return BitrixResult(.int(id))
        },
        "sale.cashbox.handler.list": BitrixMethod(scope: "cashbox") { state, _ throws(BitrixError) in
            let handlers = state.cashbox.handlers.values.sorted { ($0.sort, $0.id) < ($1.sort, $1.id) }
            return BitrixResult(
                .array(
                    handlers.map { handler in
                        [
                            "ID": .string(String(handler.id)), "NAME": .string(handler.name),
                            "CODE": .string(handler.code), "SORT": .string(String(handler.sort)),
                            "SETTINGS": handler.settings,
                        ]
                    }))
        },
        "sale.cashbox.handler.update": BitrixMethod(
            scope: "cashbox", writes: true
        ) { state, call throws(BitrixError) in
            let parameters = call.parameters.upperKeys
            try need(["ID", "FIELDS"], in: parameters)
            var handler = try own(parameters, call, state)
            let fields = parameters["FIELDS"] ?? [:]
            if let name = fields["NAME"]?.scalarText { handler.name = name }
            if let sort = fields["SORT"]?.scalarText.flatMap({ Int($0) }) { handler.sort = sort }
            if let settings = fields["SETTINGS"] { handler.settings = handler.settings.merged(settings) }
            state.cashbox.update(handler)
            return BitrixResult(true)
        },
        "sale.cashbox.handler.delete": BitrixMethod(
            scope: "cashbox", writes: true
        ) { state, call throws(BitrixError) in
            let parameters = call.parameters.upperKeys
            try need(["ID"], in: parameters)
            let handler = try own(parameters, call, state)
            guard !state.cashbox.handlerCodes.values.contains(handler.code) else {
                throw BitrixError(
                    status: 400, code: "ERROR_CHECK_FAILURE", description: "There are cashboxes with this handler!")
            }
            state.cashbox.removeHandler(handler.id)
            return BitrixResult(true)
        },
    ]

    /// Refuses a call that leaves one of these out.
    static func need(_ names: [String], in fields: JSONValue) throws(BitrixError) {
        for name in names where fields[name]?.isNull ?? true || fields[name] == "" {
            throw BitrixError(
                status: 400, code: "ERROR_CHECK_FAILURE", description: "Parameter \(name) is not defined or empty")
        }
    }

    private static func own(
        _ parameters: JSONValue, _ call: BitrixCall, _ state: PortalState
    ) throws(BitrixError) -> CashboxState.Handler {
        guard let handler = state.cashbox.handlers[Int(parameters["ID"]?.scalarText ?? "") ?? 0] else {
            throw BitrixError(status: 400, code: "ERROR_HANDLER_NOT_FOUND", description: "Handler not found!")
        }
        guard handler.application == nil || handler.application == call.caller.application else { throw .accessDenied }
        return handler
    }
}
