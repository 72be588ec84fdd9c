/// What a request has to satisfy before libcurl sees it, since libcurl sends header text as it is.
enum RequestCheck {
    /// Longest and shortest bound a request may ask for.
    private static let range: ClosedRange<Duration> = .milliseconds(1) ... .seconds(86_400)

    /// Fields that frame the message or the connection; set by a caller they would contradict what is sent.
    private static let reserved: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection",
        "proxy-authorization", "upgrade", "te", "trailer", "expect",
    ]

    /// - Throws: ``TransferError`` `invalidRequest`, not sent.
    static func check(_ request: HTTPRequest, for target: RequestTarget) throws(TransferError) {
        for field in request.headers.fields {
            guard isFieldName(field.name) else { throw .invalid("a header has an invalid name", peer: target.peer) }
            guard !reserved.contains(field.name.lowercased()) else {
                throw .invalid("the header \(field.name) is the transport's own", peer: target.peer)
            }
            guard isFieldValue(field.value) else {
                throw .invalid("the header \(field.name) has a control character", peer: target.peer)
            }
        }
        guard request.method != .head || request.body.isEmpty else {
            throw .invalid("a HEAD request has no body", peer: target.peer)
        }
        guard request.maximumResponseBytes >= 0 else {
            throw .invalid("the response cap is negative", peer: target.peer)
        }
        guard request.timeout > .zero, request.connectTimeout > .zero, request.idleTimeout ?? .seconds(1) > .zero
        else { throw .invalid("a time-out is not positive", peer: target.peer) }
        let paths = [
            request.clientCertificate?.certificatePath, request.clientCertificate?.keyPath,
            request.clientCertificate?.keyPassword, request.certificateAuthority,
        ]
        guard !paths.contains(where: { $0?.utf8.contains(0) ?? false }) else {
            throw .invalid("a path or passphrase has a zero byte", peer: target.peer)
        }
    }

    /// Between a millisecond and a day.
    static func bounded(_ duration: Duration) -> Duration {
        min(max(duration, range.lowerBound), range.upperBound)
    }

    static func isFieldValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }

    /// The `token` of RFC 9110.
    private static func isFieldName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
