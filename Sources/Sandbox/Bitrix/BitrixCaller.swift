/// Who calls a method: the user of a webhook, or an application in the name of a user.
struct BitrixCaller: Hashable, Sendable {
    let user: Int
    /// What it may use; a scope that the portal does not have is not among them.
    let scopes: Set<String>
    let access: BitrixPortal.Access
    /// `client_id` of the application; nil for a webhook.
    let application: String?

    /// The caller as a ledger file remembers it.
    var json: JSONValue {
        [
            "user": .int(user), "access": .string(access.rawValue), "application": .text(application),
            "scopes": .array(scopes.sorted().map(JSONValue.string)),
        ]
    }

    init(user: Int, scopes: Set<String>, access: BitrixPortal.Access, application: String?) {
        self.user = user
        self.scopes = scopes
        self.access = access
        self.application = application
    }

    /// Reads a caller back from a ledger file.
    init(json: JSONValue?) {
        user = json?["user"]?.intValue ?? 1
        access = json?["access"]?.stringValue.flatMap(BitrixPortal.Access.init) ?? .administrator
        application = json?["application"]?.stringValue
        scopes = Set(json?["scopes"]?.arrayValue?.compactMap(\.stringValue) ?? [])
    }
}
