/// One account at the stand-in for CloudKassir.
package struct CloudKassirAccount: Hashable, Sendable {
    /// When the result of a receipt is pushed to its `url`.
    package enum CallbackTiming: String, Hashable, Sendable, CaseIterable {
        /// Not at all.
        case never
        /// Fiscalised at once, and pushed before POST is answered.
        case before
        /// Once, after fiscalisation.
        case after
        /// Twice, after fiscalisation.
        case twice
    }

    /// Name in the ledger and in faults.
    package var name: String
    /// Path of the account's API without a slash at the end. Accounts may share one and differ by login.
    package var basePath: String
    /// Login of HTTP Basic.
    package var login: String
    /// Password of HTTP Basic.
    package var password: String
    /// How many times GET answers `wait` before the receipt is fiscalised.
    package var polls: Int
    /// How long after POST the receipt is fiscalised at the earliest.
    package var delay: Duration
    /// When the result is pushed.
    package var callback: CallbackTiming
    /// Whether a repeated `external_id` answers with the first id. Without it each POST is a document of its own.
    package var deduplicates: Bool
    /// INN of the company whose cash register this is: another one is refused. Nil admits every valid INN.
    package var inn: String?

    /// Makes an account.
    package init(
        name: String = "main", basePath: String = "/cloudkassir/v1", login: String = "shop",
        password: String = "secret",
        polls: Int = 1, delay: Duration = .zero, callback: CallbackTiming = .never, deduplicates: Bool = true,
        inn: String? = nil
    ) {
        self.name = name
        self.basePath = basePath
        self.login = login
        self.password = password
        self.polls = polls
        self.delay = delay
        self.callback = callback
        self.deduplicates = deduplicates
        self.inn = inn
    }
}
