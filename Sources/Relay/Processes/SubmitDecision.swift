package import FiscalProviders
import FoundationEssentials

/// What a submit step does with a receipt before anything is sent: a pure decision on what is on record.
package enum SubmitDecision: Hashable, Sendable {
    /// Send its bytes.
    case send
    /// A run that lost its lease heard the provider's number: no need to send again.
    case alreadyAccepted(providerID: String)
    /// It is at the provider, or has to be asked for there.
    case await
    /// It has its fiscal signs.
    case finished
    /// It was refused, given up or never meant to be sent.
    case closed
    /// It may be at the provider, and only a person can find out.
    case person
    /// Its deadline has passed and nothing was sent.
    case late

    /// The decision for a receipt in this state.
    ///
    /// - Parameters:
    ///   - state: What is on record of it.
    ///   - settlesDoubt: Whether an earlier send may have arrived.
    ///   - doubt: How the provider settles doubt; nil when the register is not configured any more.
    ///   - isToGiveWay: Whether a correction was ordered in its place, and the provider is to be asked for it first.
    ///   - isLate: Whether the fiscal deadline has passed and no person has ordered the receipt.
    ///   - heard: The provider's number that a fenced run heard.
    /// - Returns: What to do.
    package static func beforeSending(
        state: ReceiptState, settlesDoubt: Bool, doubt: ProviderDoubt.Policy?, isToGiveWay: Bool, isLate: Bool,
        heard: String?
    ) -> SubmitDecision {
        switch state {
        case .submitted: return .await
        case .fiscalised: return .finished
        case .refused, .shadow, .abandoned: return .closed
        case .planned: break
        }
        if let heard { return .alreadyAccepted(providerID: heard) }
        if settlesDoubt {
            // Late or not: what may have been sent is settled, never left. The same bytes go again only where the
            // provider deduplicates; a register that is gone is told by what sends.
            switch doubt {
            case .resend, nil: return .send
            case .lookup, .person: return .person
            }
        }
        if isToGiveWay { return .await }
        return isLate ? .late : .send
    }
}

/// What a submit step leaves with its exchange, should its run turn out fenced (I3).
enum SubmitEvidence {
    private struct Body: Codable {
        var providerID: String

        enum CodingKeys: String, CodingKey {
            case providerID = "provider_id"
        }
    }

    static func text(_ answer: SubmitAnswer) -> String? {
        guard case .accepted(let providerID) = answer.verdict,
            let data = try? JSONEncoder().encode(Body(providerID: providerID))
        else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    static func providerID(_ text: String) -> String? {
        try? JSONDecoder().decode(Body.self, from: Data(text.utf8)).providerID
    }
}
