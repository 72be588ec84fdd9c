extension Sandbox {
    /// Has somebody else save a property of an order while we are at it.
    package func expect(_ save: RivalSave, in portal: String = "main") {
        bitrix.withPortals { $0[portal]?.rivals.append(save) }
    }

    /// Puts stores, products and stock into a portal's catalogue.
    package func addCatalog(_ seed: CatalogSeed, in portal: String = "main") {
        bitrix.add(seed, in: portal)
    }

    /// What lies in the stores of a portal: quantity as decimal text by store and product; zero is left out.
    package func stock(in portal: String = "main") -> [Int: [Int: String]] {
        bitrix.withPortals { portals in
            guard let catalog = portals[portal]?.catalog else { return [:] }
            var stock: [Int: [Int: String]] = [:]
            for row in catalog.storeProducts.rows.values {
                let amount = row.value("amount", of: catalog.storeProducts.entity).scalarText ?? "0"
                guard amount != "0", let store = row.value("storeId", of: catalog.storeProducts.entity).intValue else {
                    continue
                }
                stock[store, default: [:]][row.owner] = amount
            }
            return stock
        }
    }

    /// Installs one of a portal's applications there, or installs it anew.
    ///
    /// - Returns: its first tokens; nil if the portal has no such application.
    package func install(
        _ clientID: String = "local.sandbox", user: Int = 1, in portal: String = "main"
    ) -> SandboxTokens? {
        bitrix.install(clientID, user: user, in: portal)
    }

    /// Ends an application's tokens before their time, access tokens or all.
    package func expireTokens(
        of clientID: String = "local.sandbox", refreshTokensToo: Bool = false, in portal: String = "main"
    ) {
        bitrix.expireTokens(of: clientID, refreshTokensToo: refreshTokensToo, in: portal)
    }

    /// Takes an application out of a portal.
    package func uninstall(_ clientID: String = "local.sandbox", in portal: String = "main") {
        bitrix.uninstall(clientID, in: portal)
    }
}

extension SandboxAddress {
    /// Where an application calls a portal, with a slash at the end: `client_endpoint`.
    package func restURL(of portal: BitrixPortal) -> String { "\(url)\(portal.basePath)/rest/" }

    /// The authorization server's address for tokens.
    package var tokenURL: String { "\(url)/oauth/token/" }
}
