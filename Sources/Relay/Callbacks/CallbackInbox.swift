package import Postgres

/// Takes in that a provider called about a receipt.
package struct CallbackInbox: Sendable {
    package enum Outcome: String, Hashable, Sendable {
        /// The poll of the receipt was brought forward.
        case woken
        /// There was nothing to bring forward: the receipt is done, or is being asked about just now.
        case noted
        /// The shop has no receipt of this key.
        case unknown
    }

    private let pool: PostgresPool

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    private static let receive = Statement("callback.receive", "SELECT fiscal.receive_callback($1, $2) AS outcome")

    /// Notes the call, committed before it returns.
    ///
    /// A hint and no more (I8): nothing that the caller said about the receipt is taken over.
    /// - Throws: `PostgresError`; the call is worth repeating then.
    package func receive(shop: String, externalID: String) async throws(PostgresError) -> Outcome {
        let word = try await pool.query(Self.receive, [.text(shop), .text(externalID)]) {
            row throws(PostgresError) -> String in try row.get("outcome")
        }.first
        guard let outcome = word.flatMap(Outcome.init(rawValue:)) else {
            throw PostgresError.abandoned("fiscal.receive_callback gave no answer")
        }
        return outcome
    }
}
