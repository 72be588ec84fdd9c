/// Why a request has no answer, and whether the server may have got it all the same.
package struct TransferError: Error, Hashable, Sendable {
    /// What failed. Raw values are stable and fit for a metric label.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The request itself is malformed: address, header, limit.
        case invalidRequest = "invalid_request"
        /// Plain `http:` to another machine, another scheme, or credentials in the address.
        case refusedByPolicy = "refused_by_policy"
        /// The host name (or the proxy's) has no address.
        case resolve
        /// No TCP connection, or the proxy made none.
        case connect
        /// The handshake failed: certificate of either side, its file, protocol.
        case tls
        /// A bound of the request passed.
        case timeout
        /// The connection ended before the answer did.
        case connectionLost = "connection_lost"
        /// What came is not HTTP/1.1.
        case malformedResponse = "malformed_response"
        /// Header or body passed its cap.
        case responseTooLarge = "response_too_large"
        /// The calling task was cancelled.
        case cancelled
        /// The transport is shutting down.
        case shutdown
        /// libcurl refused to work: out of descriptors or memory, or built without a feature.
        case internalFailure = "internal_failure"
    }

    /// Could the request have reached the server?
    package enum Reach: String, Hashable, Sendable {
        /// Proven: no byte of the request left this process.
        case notSent = "not_sent"
        /// Some or all of it may have arrived and may have taken effect.
        case unknown
    }

    package let kind: Kind
    package let reach: Reach
    /// `host:port` of the server; nil when the address could not be read.
    package let peer: String?
    /// Status of an answer that had begun and was not completed.
    package let status: Int?
    /// For a person, in English; without path, query, header values or body.
    package let detail: String

    package init(_ kind: Kind, reach: Reach, peer: String? = nil, status: Int? = nil, detail: String = "") {
        self.kind = kind
        self.reach = reach
        self.peer = peer
        self.status = status
        self.detail = detail
    }
}

extension TransferError: CustomStringConvertible {
    /// Fit for a log: no path, query or credential.
    package var description: String {
        var text = kind.rawValue
        if let peer { text += " (\(peer))" }
        if !detail.isEmpty { text += ": \(detail)" }
        if let status { text += ", after status \(status)" }
        return text + (reach == .notSent ? "; nothing was sent" : "; the request may have arrived")
    }
}
