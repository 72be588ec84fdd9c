/// Who pays (R44 to R51).
package struct Buyer: Hashable, Sendable {
    /// Tag 1008: where the receipt goes.
    package var contact: BuyerContact
    /// Tags 1227 and 1228, only for a company or an entrepreneur who pays by card or cash (R51).
    package var company: BuyerCompany?

    package init(contact: BuyerContact, company: BuyerCompany? = nil) {
        self.contact = contact
        self.company = company
    }
}

extension Buyer: Codable {}
