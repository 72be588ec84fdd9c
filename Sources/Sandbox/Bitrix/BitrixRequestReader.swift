/// Takes a REST request apart: webhook, method and parameters.
struct BitrixRequestReader {
    let user: Int
    let code: String
    /// Method in lower case, without its suffix.
    let method: String
    let parameters: JSONValue

    /// Taken out before a method sees its parameters. `start` stays: it is for lists.
    private static let reserved: Set<String> = ["auth", "access_token", "token", "state"]

    /// Reads a request below the portal's base path; nil if the address is no webhook's.
    init?(_ request: SandboxRequest, path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        guard parts.count == 4, parts[0] == "rest", let user = Int(parts[1]) else { return nil }
        self.user = user
        code = FormDecoder.decoded(parts[2])
        var method = FormDecoder.decoded(parts[3]).lowercased()
        for suffix in [".json", ".xml"] where method.hasSuffix(suffix) { method.removeLast(suffix.count) }
        self.method = method
        parameters = Self.merged(FormDecoder.parameters(of: request.query), Self.body(of: request)).without(
            Self.reserved)
    }

    /// The parameters in a body; a broken JSON body has none, and no error comes of it.
    private static func body(of request: SandboxRequest) -> JSONValue {
        let type = request.headers["content-type"]?.lowercased() ?? ""
        if type.contains("json") {
            guard let value = try? JSONParser.parse(request.body), let entries = value.phpEntries else { return [:] }
            return .object(entries)
        }
        guard !type.contains("multipart/") else { return .object(MultipartReader.fields(of: request)) }
        return FormDecoder.parameters(of: String(decoding: request.body, as: UTF8.self))
    }

    private static func merged(_ query: JSONValue, _ body: JSONValue) -> JSONValue {
        var merged = query
        for member in body.members ?? [] { merged.set(member.name, to: member.value) }
        return merged
    }
}
