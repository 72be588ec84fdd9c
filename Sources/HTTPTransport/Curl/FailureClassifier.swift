import CCurl

/// Turns the end of a transfer into the error callers see. Pure.
enum FailureClassifier {
    /// What is known about a transfer that libcurl ended with `code`.
    struct Facts {
        var code: CURLcode
        /// libcurl began to send the request.
        var started: Bool
        /// libcurl was about to send it a second time and was stopped.
        var stoppedRepeat = false
        var refusal: ResponseCollector.Refusal?
        /// libcurl's error text; may be empty.
        var message = ""
    }

    static func error(_ facts: Facts, target: RequestTarget, status: Int?) -> TransferError {
        TransferError(
            kind(facts), reach: facts.started ? .unknown : .notSent, peer: target.peer, status: status,
            detail: detail(facts, target: target))
    }

    static func kind(_ facts: Facts) -> TransferError.Kind {
        if facts.stoppedRepeat { return .connectionLost }
        switch facts.refusal {
        case .headerTooLarge, .bodyTooLarge: return .responseTooLarge
        case .malformed: return .malformedResponse
        case nil: break
        }
        // From TLS 1.3 on a server's refusal of the client's certificate arrives after the request has left.
        if handshake.contains(facts.code.rawValue) || facts.message.contains("alert") { return .tls }
        return facts.started ? kindAfterStart(facts) : kindBeforeStart(facts.code)
    }

    private static func kindBeforeStart(_ code: CURLcode) -> TransferError.Kind {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
        case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED, CURLE_RECV_ERROR, CURLE_SEND_ERROR,
            CURLE_GOT_NOTHING:
            .connect
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_URL_MALFORMAT: .invalidRequest
        case CURLE_UNSUPPORTED_PROTOCOL: .refusedByPolicy
        default: .internalFailure
        }
    }

    private static func kindAfterStart(_ facts: Facts) -> TransferError.Kind {
        switch facts.code {
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING: .malformedResponse
        // libcurl's own limits: 100 KB for a header line, 4 KB for a trailer.
        case CURLE_OUT_OF_MEMORY, CURLE_FILESIZE_EXCEEDED: .responseTooLarge
        // Broken chunks share a code with a broken connection.
        case CURLE_RECV_ERROR where facts.message.contains("chunk"): .malformedResponse
        default: .connectionLost
        }
    }

    /// Codes that end a TLS handshake or keep it from starting.
    private static let handshake: Set<UInt32> = Set(
        [
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT,
        ].map(\.rawValue))

    /// libcurl's text where it names the cause and nothing of the address but the host; else the code's own.
    private static func detail(_ facts: Facts, target: RequestTarget) -> String {
        if facts.stoppedRepeat { return "the kept-alive connection closed before an answer" }
        switch facts.refusal {
        case .headerTooLarge: return "the header of the response passed its cap"
        case .bodyTooLarge: return "the body of the response passed its cap"
        case .malformed: return "the response is not HTTP"
        case nil: break
        }
        let message = facts.message
        guard !message.isEmpty, !revealsAddress(message, of: target) else {
            return CurlFailure(code: facts.code).message
        }
        return message
    }

    /// Whether the text repeats a piece of the path or query long enough to be a secret.
    private static func revealsAddress(_ message: String, of target: RequestTarget) -> Bool {
        let text = message.replacing(target.host, with: "")
        guard let authority = target.url.firstRange(of: "://"),
            let path = target.url[authority.upperBound...].firstIndex(where: { $0 == "/" || $0 == "?" })
        else { return false }
        return target.url[path...].split(whereSeparator: { "/?&=;".contains($0) })
            .contains { $0.utf8.count >= 4 && text.contains($0) }
    }
}
