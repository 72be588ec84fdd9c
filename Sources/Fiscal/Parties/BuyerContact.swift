/// Where the buyer's receipt goes: exactly one value of tag 1008 (R44, R45).
///
/// There is no fallback to an address of the shop: the tag would be filled and the buyer would get nothing.
package enum BuyerContact: Hashable, Sendable, CustomStringConvertible {
    case email(EmailAddress)
    case phone(PhoneNumber)

    /// The e-mail if it is valid, else the phone if that is.
    ///
    /// - Throws: ``FaultCode/contactInvalid`` at `customer` if neither is.
    package init(email: String?, phone: String?) throws(FiscalFault) {
        if let email, let address = try? EmailAddress(email) {
            self = .email(address)
        } else if let phone, let number = try? PhoneNumber(phone) {
            self = .phone(number)
        } else {
            throw FiscalFault(.contactInvalid, at: "customer")
        }
    }

    /// The text of tag 1008: an address, or `+` and digits.
    package var text: String {
        switch self {
        case .email(let address): address.text
        case .phone(let number): number.text
        }
    }

    /// The address, if the receipt goes by e-mail.
    package var email: EmailAddress? {
        if case .email(let address) = self { address } else { nil }
    }

    /// The number, if the receipt goes by phone.
    package var phone: PhoneNumber? {
        if case .phone(let number) = self { number } else { nil }
    }

    /// For a log (R65): `iv***@e***.ru` or `+7916*****67`.
    package var masked: String {
        switch self {
        case .email(let address): address.masked
        case .phone(let number): number.masked
        }
    }

    package var description: String { masked }
}

extension BuyerContact: Codable {
    /// Reads the text of tag 1008.
    ///
    /// - Throws: `DecodingError` if it is neither an address nor a number.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if try container.decode(String.self).contains("@") {
            self = .email(try container.decode(EmailAddress.self))
        } else {
            self = .phone(try container.decode(PhoneNumber.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
