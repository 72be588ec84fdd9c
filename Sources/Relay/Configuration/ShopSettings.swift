package import Fiscal

/// One merchant: company, provider and portal.
package struct ShopSettings: Sendable {
    /// As events write it into `fiscal.outbox.shop`.
    package let name: String
    package let zone: SettlementZone
    package let company: Company
    package let vat: VATSettings
    package let provider: ProviderSettings
    /// Accounts that issued receipts before and are still needed for refunds of them.
    package let formerProviders: [ProviderSettings]
    package let bitrix: BitrixSettings?
    package let stock: StockSettings
    /// How long after the event its receipt must have been sent; later, a person decides on a correction.
    package let fiscalDeadline: Duration
    /// An event older than this when it is first looked at is not receipted without a person.
    package let maximumEventAge: Duration
    /// Whether buyers pay over the internet: tags 1125 and 1187 (R52).
    package let isInternetShop: Bool
    /// How the shop's books are compared by themselves.
    package let reconciliation: ReconciliationSettings

    /// Names of shops: part of keys at providers, so kept to characters that survive everywhere.
    static let allowedName = "a to z, 0 to 9, - and _, at most 32 characters, starting with a letter or digit"

    static func isAllowed(name: String) -> Bool {
        guard let first = name.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "_"),
            name.utf8.count <= 32
        else { return false }
        return name.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
    }

    /// - Returns: nil after faults, which are with the reader.
    init?(name: String, from reader: inout ConfigurationReader) {
        let key = "shops.\(name)"
        if !Self.isAllowed(name: name) {
            reader.report(key, "is no name for a shop", allowed: Self.allowedName)
        }
        let zone = Self.zone(key: "\(key).timezone", from: &reader)
        let company = Self.company(key: "\(key).company", from: &reader)
        vat = VATSettings(key: "\(key).vat", from: &reader)
        let provider = ProviderSettings(key: "\(key).provider", from: &reader)
        formerProviders = reader.children(of: "\(key).former_providers").compactMap {
            ProviderSettings(key: "\(key).former_providers.\($0)", from: &reader)
        }
        bitrix = BitrixSettings(key: "\(key).bitrix", from: &reader)
        stock = StockSettings(
            key: "\(key).stock", hasPortal: bitrix != nil || !reader.children(of: "\(key).bitrix").isEmpty,
            from: &reader)
        fiscalDeadline = reader.duration(
            "\(key).fiscal_deadline", in: .seconds(60)...(.seconds(30 * 86400)), default: .seconds(24 * 3600))
        maximumEventAge = reader.duration(
            "\(key).max_event_age", in: .seconds(60)...(.seconds(365 * 86400)), default: .seconds(72 * 3600))
        isInternetShop = reader.bool("\(key).internet", default: true)
        reconciliation = ReconciliationSettings(key: "\(key).reconcile", from: &reader)
        self.name = name
        guard let zone, let company, let provider else { return nil }
        self.zone = zone
        self.company = company
        self.provider = provider
    }

    private static func zone(key: String, from reader: inout ConfigurationReader) -> SettlementZone? {
        guard let name = reader.optionalText(key) else { return .moscow }
        do {
            return try SettlementZone(name: name)
        } catch {
            reader.report(key, error.english, allowed: error.allowed.joined(separator: ", "))
            return nil
        }
    }

    private static func company(key: String, from reader: inout ConfigurationReader) -> Company? {
        let inn = reader.text("\(key).inn", allowed: "10 or 12 digits with right check digits")
        let sno = reader.text("\(key).sno", allowed: TaxSystem.allCases.map(\.rawValue).joined(separator: ", "))
        let email = reader.text("\(key).email", allowed: "the sender's e-mail address")
        let address = reader.text("\(key).payment_address", allowed: "the address of the site, as the till knows it")
        let ffd = reader.optionalText("\(key).ffd") ?? FFDVersion.v105.rawValue
        do {
            return try Company(inn: inn, sno: sno, email: email, paymentAddress: address, ffd: ffd)
        } catch {
            for fault in error.all where !isMissing(fault.field, in: [inn, sno, email, address]) {
                reader.report(
                    "\(key).\(fault.field)", fault.english,
                    allowed: fault.allowed.isEmpty ? "a valid value" : fault.allowed.joined(separator: ", "))
            }
            return nil
        }
    }

    /// Whether the field was absent, which has been reported already.
    private static func isMissing(_ field: FieldPath, in values: [String]) -> Bool {
        let names: [FieldPath] = ["inn", "sno", "email", "payment_address"]
        return zip(names, values).contains { $0 == field && $1.isEmpty }
    }
}

/// How the rates that Bitrix writes are read, and which rate an advance carries.
package struct VATSettings: Hashable, Sendable {
    package let mapping: VATMapping
    /// The plain rate of advances, whose goods are not known yet (R38).
    package let advanceRate: VATRate

    init(key: String, from reader: inout ConfigurationReader) {
        let isPayer = reader.bool("\(key).payer", default: true)
        mapping = VATMapping(
            isPayer: isPayer, zeroMeans: reader.choice("\(key).zero_means", default: .error) ?? .error)
        let standard: VATRate = isPayer ? .vat22 : .none
        let rate: VATRate = reader.choice("\(key).advance_rate", default: standard) ?? standard
        if rate.isCalculated {
            reader.report(
                "\(key).advance_rate", "is a calculated rate",
                allowed: VATRate.plainRates.map(\.rawValue).joined(separator: ", "))
        }
        advanceRate = rate
    }
}
