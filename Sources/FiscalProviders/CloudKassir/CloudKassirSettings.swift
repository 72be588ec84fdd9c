/// An account at CloudKassir.
package struct CloudKassirSettings: Sendable {
    /// The address before `/receipts`, with or without a slash at its end: `https://api.cloudkassir.ru/v1`, for tests
    /// `https://demo.cloudkassir.ru`.
    package var baseURL: String

    package var login: String

    /// Reads the password. Called at the first request and after every refusal, never per request, and may therefore
    /// read a file. What it throws is not shown to anybody: its text could hold a path or worse.
    package var password: @Sendable () throws -> String

    /// A setting of the account, which only makes it stricter: the provider deduplicates by `external_id` (the wire's
    /// promise where the vendor's text is silent), so `resend` is the default.
    package var doubt: ProviderDoubt.Policy = .resend

    package var vocabulary = CloudKassirVocabulary()

    /// Whether tags 1011 and 1125 are sent as `receipt.timezone` and `receipt.internet`. Off, because the vendor names
    /// no such fields: the register of a cloud account knows both.
    package var sendsSettlementPlace = false

    /// Codes of a failed receipt that say nothing against the receipt itself, see ``CloudKassirFailures``.
    package var passingFailures = CloudKassirFailures.passing

    /// How long a connection may take.
    package var connectTimeout = Duration.seconds(5)

    /// How long one request may take in all. A lease must be longer.
    package var timeout = Duration.seconds(20)

    package init(baseURL: String, login: String, password: @escaping @Sendable () throws -> String) {
        self.baseURL = baseURL
        self.login = login
        self.password = password
    }
}
