import CCurl
import Glibc

/// The server of a request, read by libcurl's own parser so that no address means two things.
struct RequestTarget: Hashable, Sendable {
    /// Normalised, without fragment.
    let url: String
    let isEncrypted: Bool
    /// Lower case, IPv6 in brackets, IPv4 in dotted decimal.
    let host: String
    let port: String
    let isLoopback: Bool

    /// What connections are limited by and errors name.
    var peer: String { "\(host):\(port)" }

    /// - Throws: ``TransferError`` `invalidRequest` or `refusedByPolicy`, not sent.
    init(_ text: String) throws(TransferError) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalid("the address has a blank, a control character or is not ASCII")
        }
        guard let parser = curl_url() else { throw .invalid("the address cannot be read") }
        defer { curl_url_cleanup(parser) }
        guard curl_url_set(parser, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK,
            curl_url_set(parser, CURLUPART_FRAGMENT, nil, 0) == CURLUE_OK,
            let scheme = Self.part(CURLUPART_SCHEME, of: parser)?.lowercased()
        else { throw .invalid("the address is not an absolute URL") }
        guard scheme == "https" || scheme == "http" else {
            throw .refused("only https addresses are used, and http ones of loopback hosts")
        }
        // libcurl would also read "https:///host" and "https:/host".
        guard let slashes = text.firstRange(of: "://"), text[slashes.upperBound...].first != "/" else {
            throw .invalid("the address is not an absolute URL")
        }
        guard let host = Self.part(CURLUPART_HOST, of: parser)?.lowercased(), !host.isEmpty,
            let port = Self.part(CURLUPART_PORT, of: parser, flags: CURLU_DEFAULT_PORT), port != "0",
            let url = Self.part(CURLUPART_URL, of: parser)
        else { throw .invalid("the address has no usable host or port") }
        let peer = "\(host):\(port)"
        guard Self.part(CURLUPART_USER, of: parser) == nil, Self.part(CURLUPART_PASSWORD, of: parser) == nil else {
            throw .refused("credentials belong in a header, not in the address", peer: peer)
        }
        self.url = url
        self.host = host
        self.port = port
        isEncrypted = scheme == "https"
        isLoopback = Self.isLoopback(host)
        if !isEncrypted && !isLoopback {
            throw .refused("plain http is for loopback hosts only, use https", peer: peer)
        }
    }

    /// `localhost` (libcurl answers that name itself, without DNS), 127.0.0.0/8 and ::1.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" { return true }
        var version4 = in_addr()
        if inet_pton(AF_INET, host, &version4) == 1 {
            return UInt32(bigEndian: version4.s_addr) >> 24 == 127
        }
        var version6 = in6_addr()
        guard host.hasPrefix("["), host.hasSuffix("]"),
            inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &version6) == 1
        else { return false }
        return withUnsafeBytes(of: version6) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
    }

    private static func part(_ part: CURLUPart, of parser: OpaquePointer, flags: Int32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parser, part, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}

extension TransferError {
    static func invalid(_ detail: String, peer: String? = nil) -> TransferError {
        TransferError(.invalidRequest, reach: .notSent, peer: peer, detail: detail)
    }

    static func refused(_ detail: String, peer: String? = nil) -> TransferError {
        TransferError(.refusedByPolicy, reach: .notSent, peer: peer, detail: detail)
    }

    static func shuttingDown(_ target: RequestTarget, reach: Reach = .notSent) -> TransferError {
        TransferError(.shutdown, reach: reach, peer: target.peer, detail: "the transport is shutting down")
    }
}
