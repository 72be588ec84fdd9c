package import HTTPTransport

extension ProviderResponse {
    package init(_ response: HTTPResponse) {
        self.init(
            status: response.status, retryAfter: response.headers["Retry-After"], date: response.headers["Date"],
            body: response.body)
    }
}

extension ProviderReply {
    /// No answer; the words of the transport hold no path, query or header.
    package init(_ error: TransferError) {
        let kind = error.kind.rawValue.split(separator: "_").joined(separator: " ")
        self = .failed(
            provenUnsent: error.reach == .notSent, reason: error.detail.isEmpty ? kind : "\(kind), \(error.detail)")
    }
}
