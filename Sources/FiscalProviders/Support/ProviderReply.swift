/// What came back from a provider's server, free of the transport: the input of the pure decisions.
package enum ProviderReply: Hashable, Sendable {
    /// An answer with a status.
    case answered(ProviderResponse)
    /// No answer. `reason` is a fixed short text without address, path or body.
    case failed(provenUnsent: Bool, reason: String)

    package var httpStatus: Int? {
        if case .answered(let response) = self { response.status } else { nil }
    }
}

/// An HTTP answer, reduced to what decides.
package struct ProviderResponse: Hashable, Sendable {
    package let status: Int
    /// `Retry-After` as it came.
    package let retryAfter: String?
    /// `Date` as it came: the clock against which an absolute `Retry-After` is meant.
    package let date: String?
    package let body: [UInt8]

    package init(status: Int, retryAfter: String? = nil, date: String? = nil, body: [UInt8] = []) {
        self.status = status
        self.retryAfter = retryAfter
        self.date = date
        self.body = body
    }
}
