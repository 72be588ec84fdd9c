/// What is kept of one exchange with a provider, whatever came of it.
///
/// The moments of sending and answering are the caller's to record: it has the database's clock, the provider has none.
package struct ProviderExchange: Hashable, Sendable {
    /// The status of the HTTP answer; nil if there was none.
    package let httpStatus: Int?

    /// What came of it in one word, for the journal of attempts and for metrics: `ok`, or a fault's code.
    package let code: String

    /// Whether nothing of the request can have left this machine.
    package let provenUnsent: Bool

    package init(httpStatus: Int?, code: String, provenUnsent: Bool = false) {
        self.httpStatus = httpStatus
        self.code = code
        self.provenUnsent = provenUnsent
    }
}
