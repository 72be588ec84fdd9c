/// Takes a REST request apart: credentials, method and parameters.
struct BitrixRequestReader {
    /// By what the caller wants to be let in.
    enum Credentials: Hashable {
        /// `…/rest/{user}/{code}/{method}`
        case webhook(user: Int, code: String)
        /// `…/rest/{method}` with an access token as a parameter or a bearer; nil: without one.
        case token(String?)
    }

    let credentials: Credentials
    /// Method in lower case, without its suffix.
    let method: String
    let parameters: JSONValue

    /// Taken out before a method sees its parameters. `start` stays: it is for lists.
    private static let reserved: Set<String> = ["auth", "access_token", "token", "state"]

    /// Reads a request below the portal's base path; nil if the address is none of REST's.
    init?(_ request: SandboxRequest, path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        guard parts.first == "rest", let last = parts.last else { return nil }
        let given = Self.merged(FormDecoder.parameters(of: request.query), Self.body(of: request))
        if parts.count == 4, let user = Int(parts[1]) {
            credentials = .webhook(user: user, code: FormDecoder.decoded(parts[2]))
        } else if parts.count == 2 {
            let parameter = given["auth"]?.stringValue ?? given["access_token"]?.stringValue
            credentials = .token(parameter ?? Self.bearer(request))
        } else {
            return nil
        }
        var method = FormDecoder.decoded(last).lowercased()
        for suffix in [".json", ".xml"] where method.hasSuffix(suffix) { method.removeLast(suffix.count) }
        self.method = method
        parameters = given.without(Self.reserved)
    }

    private static func bearer(_ request: SandboxRequest) -> String? {
        let words = request.headers["authorization"]?.split(separator: " ", maxSplits: 1) ?? []
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return String(words[1])
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
