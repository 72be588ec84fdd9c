/// Reads the text fields of a `multipart/form-data` body.
enum MultipartReader {
    /// The fields with PHP's brackets resolved; none if the body is not what its header says.
    static func fields(of request: SandboxRequest) -> [JSONMember] {
        guard let type = request.headers["content-type"], let mark = type.firstRange(of: "boundary=") else { return [] }
        let boundary = "--" + type[mark.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        let pieces = String(decoding: request.body, as: UTF8.self).split(separator: boundary)
        let pairs = pieces.compactMap { piece -> (name: String, value: JSONValue)? in
            guard let end = piece.firstRange(of: "\r\n\r\n"), let start = piece.firstRange(of: "name=\"") else {
                return nil
            }
            guard start.upperBound < end.lowerBound else { return nil }
            let name = piece[start.upperBound...].prefix { $0 != "\"" }
            let value = piece[end.upperBound...]
            return (String(name), .string(String(value.hasSuffix("\r\n") ? value.dropLast() : value)))
        }
        return FormDecoder.parameters(of: pairs).members ?? []
    }
}
