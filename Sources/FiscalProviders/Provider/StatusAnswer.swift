/// What a provider says about the fate of a receipt.
package struct StatusAnswer: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        /// Not yet printed.
        case waiting
        /// Printed: the fiscal signs.
        case fiscalised(FiscalisedReceipt)
        /// Not printed and never will be under this number. `passing`: nothing is wrong with the receipt itself.
        case failed(ProviderFault, passing: Bool)
        /// The provider knows no receipt of this number.
        case unknownReceipt(ProviderFault)
        /// No usable answer this time.
        case later(ProviderFault)
        /// The account is over its limit. Nil: the provider named no time.
        case throttled(ProviderFault, retryAfter: Duration?)
        /// The account's credentials were refused.
        case unauthorised(ProviderFault)
    }

    package let verdict: Verdict
    package let exchange: ProviderExchange

    package init(_ verdict: Verdict, exchange: ProviderExchange) {
        self.verdict = verdict
        self.exchange = exchange
    }
}

extension StatusAnswer.Verdict {
    /// The fault, if there is one.
    package var fault: ProviderFault? {
        switch self {
        case .waiting, .fiscalised: nil
        case .failed(let fault, _), .unknownReceipt(let fault), .later(let fault), .throttled(let fault, _),
            .unauthorised(let fault):
            fault
        }
    }
}
