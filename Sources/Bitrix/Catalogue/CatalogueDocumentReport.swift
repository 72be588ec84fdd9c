/// What came of an attempt to bring a document into a portal.
package struct CatalogueDocumentReport: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// The portal has moved its stock by it. `doubles` are other conducted documents with the same number.
        case conducted(Int64, doubles: [Int64])
        /// Every line was refused; no document is left.
        case empty
        /// Somebody took it back in the portal.
        case takenBack(Int64)
        /// Nothing more may be written by this run.
        case interrupted
        case failed(BitrixFault)
    }

    /// A line that the portal does not take.
    package struct Refusal: Hashable, Sendable {
        package let product: Int64
        package let code: String
        package let message: String

        package init(product: Int64, code: String, message: String) {
            self.product = product
            self.code = code
            self.message = message
        }
    }

    package let outcome: Outcome
    /// Lines that were left out, by product.
    package let refused: [Refusal]
    /// Products that the conducted document has otherwise than was wanted.
    package let altered: [Int64]

    package init(outcome: Outcome, refused: [Refusal] = [], altered: [Int64] = []) {
        self.outcome = outcome
        self.refused = refused
        self.altered = altered
    }
}
