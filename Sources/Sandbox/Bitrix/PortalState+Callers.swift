extension BitrixPortal {
    /// Whether the portal has a method at all.
    func has(_ method: BitrixMethod) -> Bool { method.scope != ModuleMethods.scope || hasModule }

    /// Of the scopes that somebody was given, those that the portal has.
    fileprivate func known(_ scopes: Set<String>) -> Set<String> {
        hasModule ? scopes : scopes.subtracting([ModuleMethods.scope])
    }
}

extension PortalState {
    /// The application of that `client_id`.
    func application(_ clientID: String) -> BitrixPortal.Application? {
        portal.applications.first { $0.clientID == clientID }
    }

    /// Lets a caller in at that moment (seconds since 1970).
    func caller(_ credentials: BitrixRequestReader.Credentials, at seconds: Int64) throws(BitrixError) -> BitrixCaller {
        switch credentials {
        case .webhook(let user, let code):
            guard let webhook = portal.webhooks.first(where: { $0.user == user && $0.code == code }) else {
                throw .noAuth
            }
            return BitrixCaller(
                user: user, scopes: portal.known(webhook.scopes), access: webhook.access, application: nil)
        case .token(nil):
            throw .noAuth
        case .token(let token?):
            guard let held = grants.access[token], let application = application(held.application) else {
                throw .tokenUnknown
            }
            guard grants.installed.contains(held.application) else { throw .notInstalled }
            guard held.expires > seconds else { throw .tokenExpired }
            return BitrixCaller(
                user: held.user, scopes: portal.known(application.scopes), access: application.access,
                application: held.application)
        }
    }
}
