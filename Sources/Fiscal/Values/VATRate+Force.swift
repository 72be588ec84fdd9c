/// Which rate may be used when and by whom (R33, C14).
extension VATRate {
    /// The first day on which 22 % is charged, and the first on which 20 % is not.
    package static let generalRateChange = CivilDate.known(2026, 1, 1)
    /// The first day on which payers of the simplified tax charge 5 % or 7 %.
    package static let simplifiedRatesStart = CivilDate.known(2025, 1, 1)

    /// Rates that once were in force and in no receipt of this format are any more.
    private static let abolishedNames: Set<String> = ["vat18", "vat118"]

    /// Whether the rate is in force on a day at the place of settlement.
    package func isInForce(on date: CivilDate) -> Bool {
        switch self {
        case .none, .vat0, .vat10, .vat110: true
        case .vat5, .vat7, .vat105, .vat107: date >= Self.simplifiedRatesStart
        case .vat20, .vat120: date < Self.generalRateChange
        case .vat22, .vat122: date >= Self.generalRateChange
        }
    }

    /// Whether a payer of this tax system may charge the rate on goods of its own.
    package func suits(_ sno: TaxSystem) -> Bool {
        switch self {
        case .none: true
        case .vat5, .vat7, .vat105, .vat107: sno.isSimplified
        default: sno != .patent
        }
    }

    /// The plain rate that an order line names, if it may be used there (C14).
    ///
    /// - Parameters:
    ///   - name: As in the order: a plain rate, such as `vat22`.
    ///   - date: The day whose rates count, in the zone of the settlement (R43).
    ///   - sno: The tax system of the line.
    ///   - isAgentItem: An agent's item carries the rate of the principal, so the tax system of the shop says nothing.
    ///   - field: Where the name stands; asked for only if there is a fault.
    /// - Returns: The rate.
    /// - Throws: ``FiscalFault`` `vat_unknown`, `vat_not_in_force` or `vat_sno_mismatch`, the first that applies.
    package static func usable(
        _ name: String, on date: CivilDate, under sno: TaxSystem, isAgentItem: Bool,
        at field: @autoclosure () -> FieldPath
    ) throws(FiscalFault) -> VATRate {
        guard let rate = VATRate(rawValue: name), !rate.isCalculated else {
            guard !abolishedNames.contains(name) else { throw notInForce(name, on: date, under: sno, at: field()) }
            throw FiscalFault(
                .vatUnknown, at: field(), found: String(name.prefix(40)), allowed: plainRates.map(\.rawValue))
        }
        guard rate.isInForce(on: date) else { throw notInForce(name, on: date, under: sno, at: field()) }
        guard isAgentItem || rate.suits(sno) else {
            throw FiscalFault(
                .vatTaxSystemMismatch, at: field(), found: name, limit: sno.rawValue,
                allowed: names(on: date, under: sno))
        }
        return rate
    }

    private static func notInForce(
        _ name: String, on date: CivilDate, under sno: TaxSystem, at field: FieldPath
    ) -> FiscalFault {
        FiscalFault(
            .vatNotInForce, at: field, found: name, limit: date.description, allowed: names(on: date, under: sno))
    }

    private static func names(on date: CivilDate, under sno: TaxSystem) -> [String] {
        plainRates.filter { $0.isInForce(on: date) && $0.suits(sno) }.map(\.rawValue)
    }
}
