package import Bitrix
package import Postgres

/// The tokens of one application at one portal, in `fiscal.portal_token`.
package struct PortalTokens: BitrixTokenStore {
    private let pool: PostgresPool
    /// `CLIENT_ID@HOST`.
    private let portal: String

    package init(pool: PostgresPool, portal: String) {
        self.pool = pool
        self.portal = portal
    }

    package func current() async throws(BitrixTokenStoreUnavailable) -> BitrixStoredAccess? {
        try await asked { () throws(PostgresError) in
            try await pool.queryFirst(Self.access, [.text(portal)]) { row throws(PostgresError) in
                let address: String = try row.get("client_endpoint")
                guard let endpoint = BitrixEndpoint(clientEndpoint: address, token: try row.get("access_token")) else {
                    throw PostgresError.abandoned("the portal's address on record is none")
                }
                return BitrixStoredAccess(
                    generation: try row.get("generation"), endpoint: endpoint,
                    remaining: .milliseconds(try row.get(Int64.self, "expires_in_ms")),
                    refusal: try row.getOptional("refused_code"))
            }
        }
    }

    package func takeRefresh(
        after generation: Int64, lease: Duration
    ) async throws(BitrixTokenStoreUnavailable) -> BitrixRefreshTurn {
        let parameters: [Parameter] = [.text(portal), .int(generation), .int(Int64(lease / .milliseconds(1)))]
        let turn = try await asked { () throws(PostgresError) in
            try await pool.queryFirst(Self.take, parameters) { row throws(PostgresError) -> BitrixRefreshTurn in
                switch try row.get(String.self, "outcome") {
                case "yours": .ours(refreshToken: try row.get("refresh_token"))
                case "newer": .newer
                case "busy": .busy
                case "refused": .refused
                default: .unknown
                }
            }
        }
        return turn ?? .unknown
    }

    package func keep(
        _ tokens: BitrixTokens, after generation: Int64
    ) async throws(BitrixTokenStoreUnavailable) -> Bool {
        let parameters: [Parameter] = [
            .text(portal), .int(generation), .text(tokens.clientEndpoint), .text(tokens.accessToken),
            .text(tokens.refreshToken), .int(Int64(tokens.lifetime / .milliseconds(1))),
        ]
        let wasKept = try await asked { () throws(PostgresError) in
            try await pool.queryFirst(Self.keep, parameters) { row throws(PostgresError) in try row.get(Bool.self, 0) }
        }
        return wasKept ?? false
    }

    package func endRefresh(of generation: Int64, refused code: String?) async throws(BitrixTokenStoreUnavailable) {
        _ = try await asked { () throws(PostgresError) in
            try await pool.execute(Self.end, [.text(portal), .int(generation), .text(code)])
        }
    }

    package func move(_ generation: Int64, to clientEndpoint: String) async throws(BitrixTokenStoreUnavailable) {
        _ = try await asked { () throws(PostgresError) in
            try await pool.execute(Self.move, [.text(portal), .int(generation), .text(clientEndpoint)])
        }
    }

    private func asked<Value>(
        _ body: () async throws(PostgresError) -> Value
    ) async throws(BitrixTokenStoreUnavailable) -> Value {
        do throws(PostgresError) {
            return try await body()
        } catch {
            throw BitrixTokenStoreUnavailable()
        }
    }

    private static let access = Statement("portal.access", "SELECT * FROM fiscal.portal_access($1)")

    private static let take = Statement("portal.takeRefresh", "SELECT * FROM fiscal.take_refresh($1, $2, $3)")

    private static let keep = Statement("portal.keepTokens", "SELECT fiscal.keep_tokens($1, $2, $3, $4, $5, $6)")

    private static let end = Statement("portal.endRefresh", "SELECT fiscal.end_refresh($1, $2, $3)")

    private static let move = Statement("portal.move", "SELECT fiscal.move_portal($1, $2, $3)")
}
