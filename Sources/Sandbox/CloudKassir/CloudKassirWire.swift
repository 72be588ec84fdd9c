internal import FoundationEssentials

/// How CloudKassir's requests and errors look.
enum CloudKassirWire {
    static func credentials(of request: SandboxRequest) -> (login: String, password: String)? {
        guard let header = request.headers["authorization"], header.lowercased().hasPrefix("basic "),
            let data = Data(base64Encoded: String(header.dropFirst("basic ".count)))
        else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        guard let colon = text.firstIndex(of: ":") else { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    /// The task number in a path of `GET /receipts/{id}`.
    static func taskID(in path: String) -> String? {
        let prefix = "/receipts/"
        guard path.hasPrefix(prefix), path != "/receipts/correction" else { return nil }
        let id = path.dropFirst(prefix.count)
        return id.isEmpty || id.contains("/") ? nil : FormDecoder.decoded(id)
    }

    static func error(_ status: Int, _ code: String, _ message: String) -> SandboxAnswer {
        .json(["error": ["code": .string(code), "message": .string(message)]], status: status)
    }

    static func code(of status: Int) -> String {
        switch status {
        case 400: "invalid_field"
        case 401: "unauthorized"
        case 403: "forbidden"
        case 404: "not_found"
        case 429: "too_many_requests"
        case 503: "unavailable"
        default: "internal_error"
        }
    }
}
