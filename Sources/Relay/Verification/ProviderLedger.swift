/// What a provider says it received and printed: the other side of the history.
package struct ProviderLedger: Hashable, Sendable {
    /// One task at the provider.
    package struct Document: Hashable, Sendable {
        package var account: String
        package var externalID: String
        /// SHA-256 of the body as it arrived, lower-case hexadecimal.
        package var digest: String
        /// Present once it was fiscalised.
        package var signs: PrintedSigns?
        /// Its place among all that came, in the order of their coming.
        package var position: Int

        package init(account: String, externalID: String, digest: String, signs: PrintedSigns?, position: Int) {
            self.account = account
            self.externalID = externalID
            self.digest = digest
            self.signs = signs
            self.position = position
        }
    }

    /// An order of a shop whose fiscal properties are not those of its receipt.
    package struct WrongOrder: Hashable, Sendable {
        package var portal: String
        package var order: Int
        package var finding: String

        package init(portal: String, order: Int, finding: String) {
            self.portal = portal
            self.order = order
            self.finding = finding
        }
    }

    private(set) var byKey: [String: [Document]]
    /// Keys that came again with other bytes.
    package var altered: [String]
    package var wrongOrders: [WrongOrder]
    /// Documents of ours that portals have conducted.
    package var stockDocuments: [PortalDocument]

    package init(
        _ documents: [Document], altered: [String] = [], wrongOrders: [WrongOrder] = [],
        stockDocuments: [PortalDocument] = []
    ) {
        byKey = Dictionary(grouping: documents, by: \.externalID)
        self.altered = altered
        self.wrongOrders = wrongOrders
        self.stockDocuments = stockDocuments
    }

    package var documentCount: Int { byKey.values.reduce(0) { $0 + $1.count } }

    /// What came under a key, in order; more than one where several accounts, or a repeat, made it so.
    func documents(of externalID: String) -> [Document] { byKey[externalID] ?? [] }
}
