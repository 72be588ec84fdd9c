import Relay

/// Shops as the configuration makes them.
enum TestShop {
    static func settings(
        sno: String = "osn", ffd: String = "1.05", timezone: String = "Europe/Moscow", vat: String = "{}",
        internet: Bool = true
    ) throws -> ShopSettings {
        let yaml = """
            shops:
              main:
                timezone: \(timezone)
                company: { inn: "7712345671", sno: \(sno), email: shop@example.ru, payment_address: "https://shop.example.ru", ffd: "\(ffd)" }
                provider: { kind: none }
                vat: \(vat)
                internet: \(internet)
            """
        let shops = try RelayConfiguration(yaml: yaml, environment: [:]).shops
        guard let shop = shops["main"] else { throw Missing() }
        return shop
    }

    struct Missing: Error {}
}
