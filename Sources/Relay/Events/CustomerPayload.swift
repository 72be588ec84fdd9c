package import Fiscal

/// The buyer as the checkout knew them. Personal data: never logged.
package struct CustomerPayload: Sendable {
    package var email: String?
    package var phone: String?
    /// Of a buying company; without ``companyINN`` it is not used (R51).
    package var companyName: String?
    package var companyINN: String?

    init(from reader: borrowing PayloadReader) {
        email = reader.optionalText("email", maximumLength: 300)
        phone = reader.optionalText("phone", maximumLength: 100)
        companyName = reader.optionalText("name", maximumLength: 1000)
        companyINN = reader.optionalText("inn", maximumLength: 30)
    }

    /// - Throws: ``FiscalFaults`` placed at `customer`.
    package func buyer() throws(FiscalFaults) -> Buyer {
        var collector = FaultCollector()
        let contact = collector.value { () throws(FiscalFault) in try BuyerContact(email: email, phone: phone) }
        var company: BuyerCompany?
        // A name alone is that of a person, who is not named on a receipt (R51).
        if let companyINN {
            company = collector.values(within: "customer") { () throws(FiscalFaults) in
                try BuyerCompany(name: companyName ?? "", inn: companyINN)
            }
        }
        try collector.finish()
        guard let contact else { throw FiscalFaults(.contactInvalid, at: "customer") }
        return Buyer(contact: contact, company: company)
    }
}
