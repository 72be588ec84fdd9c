extension BitrixService {
    /// What a request to the authorization server is about; nil if it is not for that.
    ///
    /// One server serves all portals: a refresh token tells whose it is. Faults see the method `oauth/token` of that
    /// portal, or of none.
    func authorizationTarget(of request: SandboxRequest) -> SandboxTarget? {
        guard let call = OAuthRequest(request) else { return nil }
        let token = call.parameters["refresh_token"] ?? ""
        let owner = withPortals { $0.first { $0.value.grants.refresh[token] != nil }?.key }
        return SandboxTarget(
            faultSubject: FaultSubject(
                service: .bitrix, account: owner ?? "", method: request.method, path: "oauth/token",
                body: request.body),
            perform: { _ in .init(answer: self.refresh(call)) },
            errorAnswer: { status, code, message in
                OAuthError(
                    status: status, code: code ?? "server_error", description: message ?? "Internal server error"
                ).answer
            })
    }

    /// Installs an application in a portal, or installs it anew; nil if the portal has no such application.
    package func install(_ clientID: String, user: Int, in name: String) -> SandboxTokens? {
        withPortals { portals in
            guard let application = portals[name]?.application(clientID) else { return nil }
            return issue(to: application, user: user, replacing: nil, in: name, &portals)
        }
    }

    /// Ends an application's tokens before their time.
    func expireTokens(of clientID: String, refreshTokensToo: Bool, in name: String) {
        withPortals { $0[name]?.grants.expire(clientID, refreshTokensToo: refreshTokensToo) }
        journal?.append([
            "event": "expire", "portal": .string(name), "application": .string(clientID),
            "refresh": .bool(refreshTokensToo),
        ])
    }

    /// Takes an application out of a portal.
    func uninstall(_ clientID: String, in name: String) {
        withPortals { $0[name]?.grants.uninstall(clientID) }
        journal?.append(["event": "uninstall", "portal": .string(name), "application": .string(clientID)])
    }

    private func refresh(_ call: OAuthRequest) -> SandboxAnswer {
        withPortals { portals in
            do throws(OAuthError) {
                let (name, tokens) = try refresh(call, &portals)
                let base = portals[name]?.portal.basePath ?? ""
                return .json(tokens.json(endpoint: "http://\(call.server)\(base)/rest/", server: call.server))
            } catch {
                return error.answer
            }
        }
    }

    private func refresh(
        _ call: OAuthRequest, _ portals: inout [String: PortalState]
    ) throws(OAuthError) -> (portal: String, tokens: SandboxTokens) {
        let kind = try call.need("grant_type")
        let clientID = try call.need("client_id")
        let secret = try call.need("client_secret")
        guard portals.values.contains(where: { $0.application(clientID)?.clientSecret == secret }) else {
            throw .invalidClient
        }
        switch kind {
        case "refresh_token": break
        case "authorization_code":
            _ = try call.need("code")  // nobody logs in here, so no code was ever given
            throw .invalidGrant
        default: throw .invalidRequest("grant_type")
        }
        let token = try call.need("refresh_token")
        guard let name = portals.first(where: { $0.value.grants.refresh[token] != nil })?.key,
            let state = portals[name], let held = state.grants.refresh[token]
        else { throw .invalidGrant }
        portals[name]?.calls["oauth/token", default: 0] += 1
        guard held.application == clientID, let application = state.application(clientID) else { throw .wrongClient }
        guard state.grants.installed.contains(clientID) else { throw .notInstalled }
        guard !held.isUsed, held.expires > clock.seconds else { throw .invalidGrant }
        return (name, issue(to: application, user: held.user, replacing: token, in: name, &portals))
    }

    private func issue(
        to application: BitrixPortal.Application, user: Int, replacing used: String?, in name: String,
        _ portals: inout [String: PortalState]
    ) -> SandboxTokens {
        let now = clock.microseconds()
        let tokens = SandboxTokens(
            accessToken: Self.secret(), refreshToken: Self.secret(),
            expires: now / 1_000_000 + Int64(application.accessLifetime), expiresIn: application.accessLifetime,
            scopes: application.scopes, memberID: portals[name]?.portal.memberID ?? "", user: user)
        journal?.append([
            "event": "grant", "portal": .string(name), "at": .int(now), "application": .string(application.clientID),
            "user": .int(user), "access": .string(tokens.accessToken), "refresh": .string(tokens.refreshToken),
            "replaced": .text(used),
        ])
        portals[name]?.grants.issue(
            to: application, user: user, accessToken: tokens.accessToken, refreshToken: tokens.refreshToken,
            replacing: used, at: now / 1_000_000)
        return tokens
    }

    /// Takes what was remembered of tokens back into memory; false if the line is of something else.
    func restoreGrant(_ event: JSONValue, _ state: inout PortalState) {
        guard let clientID = event["application"]?.stringValue else { return }
        switch event["event"]?.stringValue {
        case "expire":
            state.grants.expire(clientID, refreshTokensToo: event["refresh"] == true)
        case "uninstall":
            state.grants.uninstall(clientID)
        case "grant":
            guard let application = state.application(clientID), let access = event["access"]?.stringValue,
                let refresh = event["refresh"]?.stringValue
            else { return }
            state.grants.issue(
                to: application, user: event["user"]?.intValue ?? 1, accessToken: access, refreshToken: refresh,
                replacing: event["replaced"]?.stringValue, at: Int64(event["at"]?.intValue ?? 0) / 1_000_000)
        default: break
        }
    }

    /// 64 hexadecimal digits that nobody can guess.
    private static func secret() -> String {
        (0..<4).map { _ in
            let digits = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
