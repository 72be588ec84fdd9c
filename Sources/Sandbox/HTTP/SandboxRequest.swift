/// One request as the stand-ins see it.
package struct SandboxRequest: Sendable {
    /// HTTP method in upper case.
    package let method: String
    /// Path as sent, still percent-encoded, without the query.
    package let path: String
    /// Query as sent, without the question mark; empty if there was none.
    package let query: String
    /// Header names in lower case; of a repeated header the first value.
    package let headers: [String: String]
    /// The whole body.
    package let body: [UInt8]

    /// Makes a request.
    package init(method: String, path: String, query: String = "", headers: [String: String] = [:], body: [UInt8] = [])
    {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The part of the path behind a prefix, starting with a slash; nil if the path does not lie below the prefix.
    func path(below prefix: String) -> String? {
        guard path.hasPrefix(prefix) else { return nil }
        let rest = path.dropFirst(prefix.count)
        guard rest.isEmpty || rest.first == "/" || prefix.isEmpty else { return nil }
        return rest.isEmpty ? "/" : String(rest)
    }

    /// The parameters of the query, percent-decoded; of a repeated one the last value.
    var queryParameters: [String: String] {
        var parameters: [String: String] = [:]
        for (name, value) in FormDecoder.pairs(of: query) { parameters[name] = value }
        return parameters
    }
}
