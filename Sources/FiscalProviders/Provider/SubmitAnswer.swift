/// What came of sending a receipt.
package struct SubmitAnswer: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        /// It is at the provider, under this number of the provider's own.
        case accepted(providerID: String)
        /// It was refused for good as it stands.
        case rejected(ProviderFault)
        /// It did not reach the provider, or was turned away for a while: the same bytes again later.
        case later(ProviderFault)
        /// The account is over its limit; the pause is for all of its receipts. Nil: the provider named no time.
        case throttled(ProviderFault, retryAfter: Duration?)
        /// The account's credentials were refused; no receipt of it will get through.
        case unauthorised(ProviderFault)
        /// It may be at the provider or not: settled as ``FiscalProvider/doubt`` says.
        case unknown(ProviderFault)
    }

    package let verdict: Verdict
    package let exchange: ProviderExchange
    /// For how long the account wants to be left alone, where the outcome is unknown as well; nil: it does not say so.
    package let pause: Duration?

    package init(_ verdict: Verdict, exchange: ProviderExchange, pause: Duration? = nil) {
        self.verdict = verdict
        self.exchange = exchange
        self.pause = pause
    }
}

extension SubmitAnswer.Verdict {
    /// The fault, if it did not go well.
    package var fault: ProviderFault? {
        switch self {
        case .accepted: nil
        case .rejected(let fault), .later(let fault), .throttled(let fault, _), .unauthorised(let fault),
            .unknown(let fault):
            fault
        }
    }
}
