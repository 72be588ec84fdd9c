/// The sandbox's own API under `/_sandbox/`, in JSON, open to whoever can reach the server: it listens on loopback.
struct ControlAPI {
    let sandbox: Sandbox

    /// Carries a control request out.
    func answer(_ request: SandboxRequest) async -> SandboxAnswer {
        do throws(ControlError) {
            return try await route(request)
        } catch {
            return .json(["error": ["code": "bad_request", "message": .string(error.description)]], status: 400)
        }
    }

    private func route(_ request: SandboxRequest) async throws(ControlError) -> SandboxAnswer {
        switch (request.method, request.path(below: "/_sandbox") ?? "/") {
        case ("GET", "/health"): return .json(["status": "ok"])
        case ("GET", "/faults"): return .json(faults)
        case ("POST", "/faults"): return try orderFaults(try body(request))
        case ("DELETE", "/faults"):
            sandbox.faults.clear()
            return .json(faults)
        case ("GET", "/ledger"): return .json(sandbox.ledger(try filter(request)))
        case ("GET", "/ledger/summary"): return .json(sandbox.summary().json)
        case ("POST", "/orders"): return try createOrders(try body(request))
        case ("POST", "/properties"): return try changeProperties(try body(request))
        case ("POST", "/accounts"):
            sandbox.add(try CloudKassirAccount(json: try body(request)))
            return .json(["status": "ok"])
        case ("POST", "/portals"):
            sandbox.add(try BitrixPortal(json: try body(request)))
            return .json(["status": "ok"])
        case ("POST", "/reset"):
            sandbox.reset()
            return .json(["status": "ok"])
        default:
            let path = request.path(below: "/_sandbox") ?? "/"
            if request.method == "POST", let answer = try await portalAct(path, try body(request), request) {
                return answer
            }
            let message = "the sandbox has no \(request.method) \(request.path)"
            return .json(["error": ["code": "not_found", "message": .string(message)]], status: 404)
        }
    }

    private func body(_ request: SandboxRequest) throws(ControlError) -> JSONValue {
        do throws(JSONSyntaxError) {
            return try JSONParser.parse(request.body)
        } catch {
            throw ControlError("the body is no JSON: \(error)")
        }
    }

    // MARK: Faults

    private var faults: JSONValue {
        let rules = sandbox.faults.state.map { rule, fired -> JSONValue in
            var json = rule.json
            json.set("fired", to: .int(fired))
            return json
        }
        return ["rules": .array(rules)]
    }

    /// One rule, an array of them, or `{"rules": […]}`.
    private func orderFaults(_ body: JSONValue) throws(ControlError) -> SandboxAnswer {
        var rules: [FaultRule] = []
        for rule in body.arrayValue ?? body["rules"]?.arrayValue ?? [body] { rules.append(try FaultRule(json: rule)) }
        sandbox.faults.order(rules)
        return .json(faults)
    }

    // MARK: Ledger

    private func filter(_ request: SandboxRequest) throws(ControlError) -> LedgerFilter {
        let query = request.queryParameters
        var filter = LedgerFilter()
        for (name, value) in query {
            switch name {
            case "service":
                guard let service = SandboxService(rawValue: value) else { throw ControlError("no service '\(value)'") }
                filter.service = service
            case "account", "portal": filter.account = value
            case "external_id": filter.externalID = value
            case "status": filter.status = value
            case "order":
                guard let order = Int(value) else { throw ControlError("order must be a number") }
                filter.order = order
            case "bodies": filter.withBodies = value != "0"
            default: throw ControlError("no filter '\(name)'")
            }
        }
        return filter
    }

    // MARK: Portals

    private func createOrders(_ body: JSONValue) throws(ControlError) -> SandboxAnswer {
        let reader = try ControlReader(body, "body", knowing: ["portal", "orders"])
        var seeds: [OrderSeed] = []
        for order in try reader.array("orders") { seeds.append(try OrderSeed(json: order)) }
        let portal = try reader.text("portal") ?? "main"
        guard sandbox.hasPortal(portal) else { throw ControlError("no portal '\(portal)'") }
        let created = sandbox.createOrders(seeds, in: portal)
        return .json(["orders": .array(created.map(\.json))])
    }

    private func changeProperties(_ body: JSONValue) throws(ControlError) -> SandboxAnswer {
        let reader = try ControlReader(body, "body", knowing: ["portal", "add", "remove"])
        let portal = try reader.text("portal") ?? "main"
        guard sandbox.hasPortal(portal) else { throw ControlError("no portal '\(portal)'") }
        for property in try reader.array("add") {
            let reader = try ControlReader(property, "add", knowing: ["code", "name", "type", "person_type"])
            let seed = PropertySeed(
                code: try reader.need("code", reader.text("code")), name: try reader.text("name"),
                type: try reader.text("type") ?? "STRING")
            sandbox.addProperty(seed, personTypes: try reader.int("person_type").map { [$0] }, in: portal)
        }
        for code in try reader.array("remove").compactMap(\.stringValue) { sandbox.removeProperty(code, in: portal) }
        return .json(["status": "ok"])
    }
}
