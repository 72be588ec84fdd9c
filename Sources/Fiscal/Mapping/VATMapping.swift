/// How a shop's rates in Bitrix become those of a receipt (R40).
///
/// Bitrix writes the same rate as a fraction (`0.22`) or as percent (`22.0000`), depending on where it is read. What is
/// no rate of today is an error; "without VAT" is never assumed.
package struct VATMapping: Hashable, Sendable {
    /// What a rate of zero means in a shop's catalogue; "0 %" and "without VAT" are different statements (R39).
    package enum ZeroMeaning: String, WireNamed, Hashable {
        case vat0
        case none
        /// Nobody has said, so a line with a zero rate is refused.
        case error

        static var unknownCode: FaultCode { .valueUnknown }
    }

    /// Whether the shop pays VAT; if not, a line with a rate is refused.
    package let isPayer: Bool
    package let zeroMeans: ZeroMeaning

    /// A mapping for the settings of a shop.
    package init(isPayer: Bool = true, zeroMeans: ZeroMeaning = .error) {
        self.isPayer = isPayer
        self.zeroMeans = zeroMeans
    }

    /// The plain rate for a `VAT_RATE` as text; nil and an empty text mean "without VAT".
    ///
    /// Whether the rate is in force is judged later, by the date of the settlement (C14).
    /// - Throws: ``FiscalFault`` `vat_unknown`, `vat_ambiguous` or `vat_payer_mismatch` at `vat_rate`.
    package func rate(for text: String?) throws(FiscalFault) -> VATRate {
        guard let text, !text.isEmpty else { return .none }
        do {
            return try rate(of: ExactDecimal(Self.withoutNoise(Blanks.trimmed(text))))
        } catch let error as FiscalFault {
            throw error
        } catch {
            throw Self.unknown(text)
        }
    }

    /// The plain rate for a `VAT_RATE` that came as a number; nil means "without VAT".
    ///
    /// - Throws: as ``rate(for:)-swift.method``.
    package func rate(for number: ExactDecimal?) throws(FiscalFault) -> VATRate {
        guard let number else { return .none }
        return try rate(of: number)
    }

    private func rate(of number: ExactDecimal) throws(FiscalFault) -> VATRate {
        guard !number.isNegative, let millionths = try? number.rounded(to: 6) else {
            throw Self.unknown(number.description)
        }
        guard millionths > 0 else {
            switch zeroMeans {
            case .vat0: return .vat0
            case .none: return .none
            case .error:
                throw FiscalFault(.vatAmbiguous, at: "vat_rate", allowed: Self.positiveRates.map { "\($0.percent)" })
            }
        }
        let isFraction = millionths < 1_000_000
        let percent = isFraction ? millionths * 100 : millionths
        guard let rate = Self.positiveRates.first(where: { $0.percent * 1_000_000 == percent }) else {
            throw Self.unknown(number.description)
        }
        guard isPayer else { throw FiscalFault(.vatPayerMismatch, at: "vat_rate", found: rate.printed) }
        return rate
    }

    private static let positiveRates: [VATRate] = [.vat5, .vat7, .vat10, .vat20, .vat22]

    /// Digits that cannot reach the sixth decimal are dropped: PHP may write a fraction with fifty of them.
    private static func withoutNoise(_ text: String) -> String {
        guard let point = text.utf8.firstIndex(of: UInt8(ascii: ".")) else { return text }
        let decimals = text.utf8[text.utf8.index(after: point)...]
        guard decimals.count > 20, decimals.allSatisfy(\.isASCIIDigit) else { return text }
        return String(text.utf8.dropLast(decimals.count - 20)) ?? text
    }

    private static func unknown(_ found: String) -> FiscalFault {
        FiscalFault(
            .vatUnknown, at: "vat_rate", found: String(found.prefix(40)),
            allowed: positiveRates.map { "\($0.percent)" } + ["null"])
    }
}
