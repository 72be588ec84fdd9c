/// Methods about the portal and the caller, for every webhook.
enum SystemMethods {
    static let all: [String: BitrixMethod] = [
        "profile": BitrixMethod(scope: nil) { _, call throws(BitrixError) in
            BitrixResult([
                "ID": .string(String(call.caller.user)), "ADMIN": true, "NAME": "Администратор",
                "LAST_NAME": "Песочницы",
                "PERSONAL_GENDER": "", "TIME_ZONE": "", "TIME_ZONE_OFFSET": 0,
            ])
        },
        "user.current": BitrixMethod(scope: nil) { state, call throws(BitrixError) in
            BitrixResult([
                "ID": .string(String(call.caller.user)), "ACTIVE": true, "NAME": "Администратор",
                "LAST_NAME": "Песочницы", "EMAIL": "admin@example.ru", "LAST_LOGIN": state.date(call.now),
                "USER_TYPE": "employee",
            ])
        },
        "scope": BitrixMethod(scope: nil) { _, call throws(BitrixError) in
            BitrixResult(.array(call.caller.scopes.sorted().map(JSONValue.string)))
        },
        "methods": BitrixMethod(scope: nil) { state, call throws(BitrixError) in
            let visible = BitrixMethods.all.filter { state.portal.has($0.value) }.filter {
                $0.value.scope.map(call.caller.scopes.contains) ?? true
            }
            return BitrixResult(.array((visible.keys + ["batch"]).sorted().map(JSONValue.string)))
        },
        "method.get": BitrixMethod(scope: nil) { state, call throws(BitrixError) in
            guard let name = call["name"]?.scalarText else { throw .missing("name") }
            let method = BitrixMethods.all[name.lowercased()].flatMap { state.portal.has($0) ? $0 : nil }
            let isAvailable = method.map { $0.scope.map(call.caller.scopes.contains) ?? true } ?? false
            return BitrixResult(["isExisting": .bool(method != nil), "isAvailable": .bool(isAvailable)])
        },
        "app.info": BitrixMethod(scope: nil) { _, call throws(BitrixError) in
            guard let application = call.caller.application else {
                throw BitrixError(
                    status: 403, code: "WRONG_AUTH_TYPE",
                    description: "Current authorization type is denied for this method")
            }
            return BitrixResult([
                "ID": 1, "CODE": .string(application), "VERSION": 1, "STATUS": "L", "INSTALLED": true,
                "PAYMENT_EXPIRED": "N", "DAYS": .null, "LANGUAGE_ID": "ru", "LICENSE": "ru_selfhosted",
            ])
        },
        "server.time": BitrixMethod(scope: nil) { state, call throws(BitrixError) in
            BitrixResult(state.date(call.now))
        },
    ]
}
