package import Fiscal

/// The cloud cash register of a shop.
package struct ProviderSettings: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case cloudkassir
        /// Shadow mode: everything is built, checked and kept, and nothing is sent.
        case none
    }

    /// How a lost answer is settled, where the account is stricter than the provider's own rule (I4).
    package enum Doubt: String, Sendable, CaseIterable {
        case resend
        case person
    }

    package let kind: Kind
    package let baseURL: String
    package let login: String
    /// nil in shadow mode only.
    package let password: Secret?
    /// Written into requests as it stands; nil: the address of the installation's own gateway, if it has one.
    package let callbackURL: String?
    /// Of one request, connecting included.
    package let timeout: Duration
    package let limits: LimitSettings
    package let doubt: Doubt
    /// How long after a receipt was accepted the provider is first asked about it; later pauses grow from there.
    package let firstPoll: Duration
    /// Overrides of the provider's names of VAT rates, by our neutral names.
    package let vatTags: [VATRate: String]
    /// Overrides of the provider's numbers of payment types, by our neutral names.
    package let paymentTypes: [PaymentMeans: Int]

    init?(key: String, from reader: inout ConfigurationReader) {
        guard let kind: Kind = reader.choice("\(key).kind") else { return nil }
        self.kind = kind
        let isLive = kind != .none
        baseURL =
            reader.address("\(key).base_url", required: false)
            ?? (kind == .cloudkassir ? "https://api.cloudkassir.ru/v1" : "")
        login =
            isLive
            ? reader.text("\(key).login", allowed: "the account's login") : reader.optionalText("\(key).login") ?? ""
        password = reader.secret("\(key).password", required: isLive)
        callbackURL = reader.address("\(key).callback_url", required: false)
        timeout = reader.duration("\(key).timeout", in: .seconds(1)...(.seconds(60)), default: .seconds(15))
        limits = LimitSettings(key: key, from: &reader)
        let deduplicates = reader.bool("\(key).deduplicates", default: true)
        let doubt: Doubt = reader.choice("\(key).doubt", default: .resend) ?? .resend
        // Where a repeated key makes a second document only a person may settle a doubt, whatever else is set.
        self.doubt = deduplicates ? doubt : .person
        firstPoll = reader.duration(
            "\(key).first_poll", in: .milliseconds(100)...PollSchedule.longestAfterDeadline,
            default: PollSchedule.first)
        vatTags = Self.table("\(key).vat_tags", from: &reader) { key, reader in
            reader.text(key, allowed: "the provider's name of this rate")
        }
        paymentTypes = Self.table("\(key).payment_types", from: &reader) { key, reader in
            reader.integer(key, in: 0...99, default: 0)
        }
        if isLive, login.isEmpty || password == nil { return nil }
    }

    /// A table of overrides by our neutral names.
    private static func table<Name: RawRepresentable & CaseIterable & Hashable, Value>(
        _ key: String, from reader: inout ConfigurationReader,
        _ read: (String, inout ConfigurationReader) -> Value
    ) -> [Name: Value] where Name.RawValue == String {
        var table: [Name: Value] = [:]
        for name in reader.children(of: key) {
            let value = read("\(key).\(name)", &reader)
            if let known = Name(rawValue: name) {
                table[known] = value
            } else {
                reader.report(
                    "\(key).\(name)", "is not known",
                    allowed: Name.allCases.map(\.rawValue).joined(separator: ", "))
            }
        }
        return table
    }
}
