/// A settlement over the internet: tag 1125 = 1, with the address of the site (R52).
package struct InternetSettlement: Hashable, Sendable {
    /// Tag 1187: the place of settlement, as the till is registered with it.
    package var siteAddress: PaymentAddress

    package init(siteAddress: PaymentAddress) { self.siteAddress = siteAddress }
}

extension InternetSettlement: Codable {
    private enum CodingKeys: String, CodingKey {
        case siteAddress = "site_address"
    }
}
