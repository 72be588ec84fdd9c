/// The seller as the till knows it (R48).
package struct Company: Hashable, Sendable {
    /// Tag 1018; a provider refuses a receipt whose number is not that of the till.
    package let inn: INN
    /// Tag 1055, where a line does not name another.
    package let sno: TaxSystem
    /// Tag 1117: the sender of the electronic receipt.
    package let email: EmailAddress
    /// Tag 1187.
    package let paymentAddress: PaymentAddress
    /// The version of the formats that the till is registered with (R29).
    package let ffd: FFDVersion

    /// A seller whose data were checked already.
    package init(
        inn: INN, sno: TaxSystem, email: EmailAddress, paymentAddress: PaymentAddress, ffd: FFDVersion = .v105
    ) {
        self.inn = inn
        self.sno = sno
        self.email = email
        self.paymentAddress = paymentAddress
        self.ffd = ffd
    }

    /// Reads a seller from the texts of a configuration.
    ///
    /// - Throws: ``FiscalFaults`` with every fault of the five values, at `inn`, `sno`, `email`, `payment_address`, `ffd`.
    package init(
        inn: String, sno: String, email: String, paymentAddress: String, ffd: String = FFDVersion.v105.rawValue
    ) throws(FiscalFaults) {
        var collector = FaultCollector()
        let number = collector.value { () throws(FiscalFault) in try INN(inn) }
        let system = collector.value { () throws(FiscalFault) in try TaxSystem.named(sno, at: "sno") }
        let sender = collector.value { () throws(FiscalFault) in try EmailAddress(email) }
        let place = collector.value { () throws(FiscalFault) in try PaymentAddress(paymentAddress) }
        let version = collector.value { () throws(FiscalFault) in try FFDVersion.named(ffd, at: "ffd") }
        guard let number, let system, let sender, let place, let version else {
            throw collector.result ?? FiscalFaults(.receiptInconsistent, at: .whole)
        }
        self.init(inn: number, sno: system, email: sender, paymentAddress: place, ffd: version)
    }
}

extension Company: Codable {
    private enum CodingKeys: String, CodingKey {
        case inn, sno, email, ffd
        case paymentAddress = "payment_address"
    }
}
