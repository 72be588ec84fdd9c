extension BitrixPortal {
    /// What a user may do beyond the scopes of the webhook or application that acts for them.
    package enum Access: String, Hashable, Sendable, CaseIterable {
        /// Everything.
        case administrator
        /// May look at orders and the catalogue, and change nothing.
        case reader
        /// Neither.
        case stranger
    }

    /// An application that can be installed in a portal, and acts there by OAuth.
    package struct Application: Hashable, Sendable {
        /// `client_id`.
        package var clientID: String
        /// `client_secret`.
        package var clientSecret: String
        /// What it may use.
        package var scopes: Set<String>
        /// Rights of the user in whose name it acts.
        package var access: Access
        /// Seconds that an access token lives.
        package var accessLifetime: Int
        /// Seconds that a refresh token lives.
        package var refreshLifetime: Int

        /// Makes an application with the lifetimes of Bitrix: an hour and 180 days.
        package init(
            clientID: String = "local.sandbox", clientSecret: String = "sandboxsecret",
            scopes: Set<String> = ["sale", "catalog", "cashbox"], access: Access = .administrator,
            accessLifetime: Int = 3600, refreshLifetime: Int = 180 * 86400
        ) {
            self.clientID = clientID
            self.clientSecret = clientSecret
            self.scopes = scopes
            self.access = access
            self.accessLifetime = accessLifetime
            self.refreshLifetime = refreshLifetime
        }
    }
}

/// What an application is told when it is installed and each time it refreshes.
package struct SandboxTokens: Hashable, Sendable {
    /// Goes with every call.
    package let accessToken: String
    /// Good for one refresh.
    package let refreshToken: String
    /// When the access token ends, seconds since 1970 by the sandbox's clock.
    package let expires: Int64
    /// Seconds from the issue to `expires`.
    package let expiresIn: Int
    /// What the application may use.
    package let scopes: Set<String>
    /// Stable id of the portal, 32 hexadecimal digits.
    package let memberID: String
    /// The user in whose name the application acts.
    package let user: Int

    /// The answer of the authorization server as text; `server` is its address.
    package func text(endpoint: String, server: String) -> String {
        json(endpoint: endpoint, server: String(server.split(separator: "/").last ?? "")).text
    }

    /// The answer of the authorization server, which stands at that host and port; `endpoint` is the base of the portal's
    /// REST with a slash at the end.
    func json(endpoint: String, server: String) -> JSONValue {
        [
            "access_token": .string(accessToken), "client_endpoint": .string(endpoint), "domain": .string(server),
            "expires": .int(expires), "expires_in": .int(expiresIn), "member_id": .string(memberID),
            "refresh_token": .string(refreshToken), "scope": .string(scopes.sorted().joined(separator: ",")),
            "server_endpoint": .string("http://\(server)/rest/"), "status": "L", "user_id": .int(user),
        ]
    }
}
