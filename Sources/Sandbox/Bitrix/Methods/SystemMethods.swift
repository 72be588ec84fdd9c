/// Methods about the portal and the caller, for every webhook.
enum SystemMethods {
    static let all: [String: BitrixMethod] = [
        "profile": BitrixMethod(scope: nil) { _, call throws(BitrixError) in
            BitrixResult([
                "ID": .string(String(call.webhook.user)), "ADMIN": true, "NAME": "Администратор",
                "LAST_NAME": "Песочницы",
                "PERSONAL_GENDER": "", "TIME_ZONE": "", "TIME_ZONE_OFFSET": 0,
            ])
        },
        "user.current": BitrixMethod(scope: nil) { state, call throws(BitrixError) in
            BitrixResult([
                "ID": .string(String(call.webhook.user)), "ACTIVE": true, "NAME": "Администратор",
                "LAST_NAME": "Песочницы", "EMAIL": "admin@example.ru", "LAST_LOGIN": state.date(call.now),
                "USER_TYPE": "employee",
            ])
        },
        "scope": BitrixMethod(scope: nil) { _, call throws(BitrixError) in
            BitrixResult(.array(call.webhook.scopes.sorted().map(JSONValue.string)))
        },
        "methods": BitrixMethod(scope: nil) { _, call throws(BitrixError) in
            let visible = BitrixMethods.all.filter { $0.value.scope.map(call.webhook.scopes.contains) ?? true }
            return BitrixResult(.array((visible.keys + ["batch"]).sorted().map(JSONValue.string)))
        },
        "method.get": BitrixMethod(scope: nil) { _, call throws(BitrixError) in
            guard let name = call["name"]?.scalarText else { throw .missing("name") }
            let method = BitrixMethods.all[name.lowercased()]
            let isAvailable = method.map { $0.scope.map(call.webhook.scopes.contains) ?? true } ?? false
            return BitrixResult(["isExisting": .bool(method != nil), "isAvailable": .bool(isAvailable)])
        },
        "server.time": BitrixMethod(scope: nil) { state, call throws(BitrixError) in
            BitrixResult(state.date(call.now))
        },
    ]
}
