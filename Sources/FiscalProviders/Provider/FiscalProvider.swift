package import Fiscal

/// A cloud cash register: it takes the bytes of a receipt and, sooner or later, tells the fiscal signs.
///
/// Nothing here decides when or how often: the calls happen once each and answer with values, every outcome of the
/// network included, so that the queue above can make its decisions from them. No call throws, and no answer holds a
/// secret or the buyer's data.
package protocol FiscalProvider: Sendable {
    /// The word of the configuration (`provider.kind`), as it stands in `receipt` and in metrics: `cloudkassir`.
    var name: String { get }

    /// How a send whose outcome is unknown is settled (I4).
    var doubt: ProviderDoubt { get }

    /// Makes the request body of a receipt: a pure function of its arguments, the same bytes on every call (I2).
    ///
    /// - Parameters:
    ///   - document: A receipt that has passed the checks of the fiscal core.
    ///   - externalID: Our key of the receipt; the same for every later send.
    ///   - callbackURL: Where the provider may tell that the receipt is ready; nil takes the account's default.
    /// - Returns: What ``submit(_:of:)`` sends.
    /// - Throws: ``FiscalFaults`` with everything that this provider cannot express, each with its field.
    func encode(
        _ document: ReceiptDocument, externalID: String, callbackURL: String?
    ) throws(FiscalFaults) -> [UInt8]

    /// Sends a body that ``encode(_:externalID:callbackURL:)`` made and that is on record.
    ///
    /// After ``SubmitAnswer/Verdict/unknown(_:)`` the receipt may exist at the provider; after every other verdict but
    /// ``SubmitAnswer/Verdict/accepted(providerID:)`` it does not because of this call.
    func submit(_ body: [UInt8], of type: ReceiptType) async -> SubmitAnswer

    /// Asks for the fate of a receipt by the provider's own number of it. Changes nothing there, so it may be repeated.
    func status(of providerID: String) async -> StatusAnswer

    /// Tries the credentials without issuing anything.
    func checkCredentials() async -> CredentialsAnswer
}
