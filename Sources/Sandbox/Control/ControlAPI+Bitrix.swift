/// Orders to the stand-in for Bitrix that only a person in the portal could give.
extension ControlAPI {
    /// Carries out what `POST /_sandbox/…` asks of a portal; nil if the path is none of these.
    func portalAct(_ path: String, _ body: JSONValue, _ request: SandboxRequest) async throws(ControlError)
        -> SandboxAnswer?
    {
        switch path {
        case "/catalog": return try seedCatalog(body)
        case "/installations": return try install(body, request)
        case "/installations/expire": return try expire(body)
        case "/installations/remove": return try uninstall(body)
        case "/shipments/undo": return try carryOut(.undo, body)
        case "/shipments/remove": return try carryOut(.remove, body)
        case "/checks":
            let seed = try CheckSeed(json: body)
            let check = try await sandbox.bitrix.makeCheck(
                seed, in: try portal(body), patience: try patience(body))
            return .json(check.json)
        case "/checks/print":
            let reader = try ControlReader(body, "body", knowing: ["portal", "check", "patience_ms"])
            let check = try await sandbox.bitrix.printCheck(
                try reader.need("check", reader.int("check")), in: try portal(body), patience: try patience(body))
            return .json(check.json)
        case "/checks/poll":
            let reader = try ControlReader(body, "body", knowing: ["portal", "check", "patience_ms"])
            let checks = try await sandbox.bitrix.pollChecks(
                try reader.int("check"), in: try portal(body), patience: try patience(body))
            return .json(["checks": .array(checks.map(\.json))])
        default: return nil
        }
    }

    private func portal(_ body: JSONValue) throws(ControlError) -> String {
        let name = body["portal"]?.stringValue ?? "main"
        guard sandbox.hasPortal(name) else { throw .noPortal(name) }
        return name
    }

    /// How long the portal waits for a register: a minute, unless said otherwise.
    private func patience(_ body: JSONValue) throws(ControlError) -> Duration {
        guard let given = body["patience_ms"] else { return .seconds(60) }
        guard let milliseconds = given.intValue, milliseconds > 0 else {
            throw ControlError("patience_ms must be a positive integer")
        }
        return .milliseconds(milliseconds)
    }

    private func carryOut(_ act: ShipmentUndoing, _ body: JSONValue) throws(ControlError) -> SandboxAnswer {
        let reader = try ControlReader(body, "body", knowing: ["portal", "order"])
        let order = try reader.need("order", reader.int("order"))
        let done = sandbox.bitrix.carryOut(act, order: order, in: try portal(body))
        return .json(["shipments": .array(done.map { .int($0) })])
    }

    private func seedCatalog(_ body: JSONValue) throws(ControlError) -> SandboxAnswer {
        sandbox.addCatalog(try CatalogSeed(json: body), in: try portal(body))
        return .json(["status": "ok"])
    }

    private func install(_ body: JSONValue, _ request: SandboxRequest) throws(ControlError) -> SandboxAnswer {
        let reader = try ControlReader(body, "body", knowing: ["portal", "client_id", "user"])
        let name = try portal(body)
        let client = try reader.need("client_id", reader.text("client_id"))
        guard let tokens = sandbox.install(client, user: try reader.int("user") ?? 1, in: name) else {
            throw ControlError("portal '\(name)' has no application '\(client)'")
        }
        let server = request.headers["host"] ?? "127.0.0.1"
        let base = sandbox.bitrix.withPortals { $0[name]?.portal.basePath } ?? ""
        return .json(tokens.json(endpoint: "http://\(server)\(base)/rest/", server: server))
    }

    private func expire(_ body: JSONValue) throws(ControlError) -> SandboxAnswer {
        let reader = try ControlReader(body, "body", knowing: ["portal", "client_id", "refresh"])
        sandbox.expireTokens(
            of: try reader.need("client_id", reader.text("client_id")),
            refreshTokensToo: try reader.bool("refresh") ?? false, in: try portal(body))
        return .json(["status": "ok"])
    }

    private func uninstall(_ body: JSONValue) throws(ControlError) -> SandboxAnswer {
        let reader = try ControlReader(body, "body", knowing: ["portal", "client_id"])
        sandbox.uninstall(try reader.need("client_id", reader.text("client_id")), in: try portal(body))
        return .json(["status": "ok"])
    }
}
