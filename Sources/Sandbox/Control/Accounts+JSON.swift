extension CloudKassirAccount {
    /// Reads an account of `POST /_sandbox/accounts`; what is absent has its default.
    init(json: JSONValue) throws(ControlError) {
        let reader = try ControlReader(
            json, "account",
            knowing: [
                "name", "base_path", "login", "password", "polls", "delay_ms", "callback", "deduplicates", "inn",
            ])
        let standard = CloudKassirAccount()
        self.init(
            name: try reader.need("name", reader.text("name")),
            basePath: try reader.text("base_path") ?? standard.basePath,
            login: try reader.text("login") ?? standard.login,
            password: try reader.text("password") ?? standard.password,
            polls: try reader.int("polls") ?? standard.polls,
            delay: .milliseconds(try reader.int("delay_ms") ?? 0),
            callback: try reader.word("callback", CallbackTiming.self) ?? .never,
            deduplicates: try reader.bool("deduplicates") ?? true, inn: try reader.text("inn"))
    }
}

extension BitrixPortal {
    /// Reads a portal of `POST /_sandbox/portals`; what is absent has its default, the path from the name.
    init(json: JSONValue) throws(ControlError) {
        let reader = try ControlReader(
            json, "portal",
            knowing: [
                "name", "base_path", "edition", "user", "code", "scopes", "bucket", "per_second", "operating_limit",
                "operating_cost_ms", "utc_offset", "numeric_error_codes", "access", "applications", "module",
                "module_codes",
            ])
        let name = try reader.need("name", reader.text("name"))
        var webhook = Webhook()
        webhook.user = try reader.int("user") ?? webhook.user
        webhook.code = try reader.text("code") ?? webhook.code
        if reader.has("scopes") { webhook.scopes = Set(try reader.array("scopes").compactMap(\.stringValue)) }
        webhook.access = try reader.word("access", Access.self) ?? webhook.access
        var applications: [Application] = []
        for application in try reader.array("applications") {
            applications.append(try Application(json: application))
        }
        let codes = try reader.array("module_codes").compactMap(\.stringValue)
        var intensity: Intensity?
        if let bucket = try reader.int("bucket") {
            intensity = Intensity(capacity: bucket, perSecond: try reader.int("per_second") ?? 2)
        }
        var costs: [String: Int] = [:]
        for member in reader["operating_cost_ms"]?.members ?? [] {
            costs[member.name.lowercased()] = member.value.intValue
        }
        self.init(
            name: name, basePath: try reader.text("base_path") ?? "/portal/\(name)",
            edition: try reader.word("edition", Edition.self) ?? .selfHosted, webhooks: [webhook],
            applications: applications, hasModule: try reader.bool("module") ?? false, intensity: intensity,
            operatingLimit: try reader.int("operating_limit"), operatingCost: costs,
            utcOffset: try reader.int("utc_offset") ?? 10800,
            hasNumericErrorCodes: try reader.bool("numeric_error_codes") ?? false)
        if !codes.isEmpty { modulePropertyCodes = Set(codes) }
    }
}

extension BitrixPortal.Application {
    /// Reads an application of a portal; what is absent has its default.
    init(json: JSONValue) throws(ControlError) {
        let reader = try ControlReader(
            json, "application",
            knowing: ["client_id", "client_secret", "scopes", "access", "access_lifetime", "refresh_lifetime"])
        self.init()
        clientID = try reader.text("client_id") ?? clientID
        clientSecret = try reader.text("client_secret") ?? clientSecret
        if reader.has("scopes") { scopes = Set(try reader.array("scopes").compactMap(\.stringValue)) }
        access = try reader.word("access", BitrixPortal.Access.self) ?? access
        accessLifetime = try reader.int("access_lifetime") ?? accessLifetime
        refreshLifetime = try reader.int("refresh_lifetime") ?? refreshLifetime
    }
}
