package import Bitrix
package import JobQueue
package import Postgres

/// A portal's pair as an administrator sees it: no secret.
package struct PortalConnection: Sendable {
    /// `CLIENT_ID@HOST`.
    package let portal: String
    package let clientEndpoint: String
    /// How many pairs there have been.
    package let generation: Int64
    package let receivedAt: Timestamp
    package let expiresAt: Timestamp
    /// The code with which the authorization server refused it for good.
    package let refusal: String?
}

/// What a person does about the tokens of portals.
package struct PortalAdministration: Sendable {
    private let pool: PostgresPool

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// Puts a pair on record, in the place of whatever was there.
    package func connect(
        _ portal: String, _ tokens: BitrixTokens, by person: Operator
    ) async throws(PostgresError) {
        try await pool.execute(
            Self.connect,
            [
                .text(portal), .text(tokens.clientEndpoint), .text(tokens.accessToken), .text(tokens.refreshToken),
                .int(Int64(tokens.lifetime / .milliseconds(1))), .text(person.who), .text(person.why),
            ])
    }

    package func connections() async throws(PostgresError) -> [PortalConnection] {
        try await pool.query(Self.connections) { row throws(PostgresError) in
            PortalConnection(
                portal: try row.get("portal"), clientEndpoint: try row.get("client_endpoint"),
                generation: try row.get("generation"), receivedAt: try row.get("received_at"),
                expiresAt: try row.get("expires_at"), refusal: try row.getOptional("refused_code"))
        }
    }

    private static let connect = Statement(
        "portal.connect", "SELECT fiscal.connect_portal($1, $2, $3, $4, $5, $6, $7)")

    private static let connections = Statement("portal.connections", "SELECT * FROM fiscal.portal_connections()")
}
