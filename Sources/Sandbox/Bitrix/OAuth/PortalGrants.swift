/// The tokens that a portal's applications hold.
struct PortalGrants: Sendable {
    /// An access token given out.
    struct Access: Sendable {
        let application: String
        let user: Int
        /// Seconds since 1970.
        let expires: Int64
    }

    /// A refresh token given out. It is kept when it is used, to be told from one that never was.
    struct Refresh: Sendable {
        let application: String
        let user: Int
        /// Seconds since 1970.
        let expires: Int64
        var isUsed = false
    }

    private(set) var access: [String: Access] = [:]
    private(set) var refresh: [String: Refresh] = [:]
    /// `client_id`s of the applications installed now.
    private(set) var installed: Set<String> = []
    /// How often a pair was given for a refresh token.
    private(set) var refreshes = 0

    /// Gives an application a new pair; the refresh token that it gave for it is used up.
    mutating func issue(
        to application: BitrixPortal.Application, user: Int, accessToken: String, refreshToken: String,
        replacing used: String?, at seconds: Int64
    ) {
        installed.insert(application.clientID)
        access[accessToken] = Access(
            application: application.clientID, user: user, expires: seconds + Int64(application.accessLifetime))
        refresh[refreshToken] = Refresh(
            application: application.clientID, user: user, expires: seconds + Int64(application.refreshLifetime))
        if let used {
            refresh[used]?.isUsed = true
            refreshes += 1
        }
    }

    /// Ends what an application holds, as if time had passed.
    mutating func expire(_ application: String, refreshTokensToo: Bool) {
        for (token, held) in access where held.application == application {
            access[token] = Access(application: application, user: held.user, expires: 0)
        }
        guard refreshTokensToo else { return }
        for (token, held) in refresh where held.application == application {
            refresh[token] = Refresh(application: application, user: held.user, expires: 0, isUsed: held.isUsed)
        }
    }

    /// Takes an application out of the portal.
    mutating func uninstall(_ application: String) {
        installed.remove(application)
    }
}
