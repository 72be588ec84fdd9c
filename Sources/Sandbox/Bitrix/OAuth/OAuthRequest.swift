/// A request to the authorization server: `/oauth/token/` by GET or as a form.
struct OAuthRequest: Sendable {
    let parameters: [String: String]
    /// Host and port under which the sender reached the sandbox.
    let server: String

    /// Nil if the address is not the authorization server's.
    init?(_ request: SandboxRequest) {
        guard ["/oauth/token", "/oauth/token/"].contains(request.path) else { return nil }
        var parameters = request.queryParameters
        for (name, value) in FormDecoder.pairs(of: String(decoding: request.body, as: UTF8.self)) {
            parameters[name] = value
        }
        self.parameters = parameters
        server = request.headers["host"] ?? "127.0.0.1"
    }

    /// A parameter that must be there and hold something.
    func need(_ name: String) throws(OAuthError) -> String {
        guard let value = parameters[name], !value.isEmpty else { throw .invalidRequest(name) }
        return value
    }
}
