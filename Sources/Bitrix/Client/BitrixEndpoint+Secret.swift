extension BitrixEndpoint {
    /// Shorter words could be part of any text.
    private static let shortestSecret = 6

    /// The answer without the right by which it was asked for: a portal's error may repeat the address or the token,
    /// and its words end in logs and in front of people.
    func blottingSecret(in body: [UInt8]) -> [UInt8] {
        let code = path.split(separator: "/").last.map(String.init)
        guard let secret = token ?? code, secret.utf8.count >= Self.shortestSecret else { return body }
        let bytes = Array(secret.utf8)
        return body.contains(bytes) ? body.replacing(bytes, with: Array("…".utf8)) : body
    }
}
