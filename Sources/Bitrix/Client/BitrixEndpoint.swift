/// Where a portal's methods are called, and with which right. Holds a secret: no description shows the path, which is
/// where an inbound webhook carries its code, or the token.
package struct BitrixEndpoint: Hashable, Sendable {
    /// `https`, or `http` for a portal on this machine.
    package let scheme: String

    /// Host and port: `shop.bitrix24.ru`, `localhost:8080`.
    package let authority: String

    /// Path before the method, with slashes at both ends: `/rest/1/code/`.
    let path: String

    /// Access token of an application, sent as `Authorization: Bearer`; nil for a webhook.
    let token: String?

    /// The address of an inbound webhook, with or without a slash at its end.
    ///
    /// - Returns: nil unless it is an absolute address of visible ASCII with a path and without query or credentials.
    package init?(webhook address: String) {
        self.init(address: address, token: nil)
    }

    /// `client_endpoint` of an application with its access token.
    ///
    /// - Returns: nil under the same conditions as for a webhook.
    package init?(clientEndpoint address: String, token: String) {
        self.init(address: address, token: .some(token))
    }

    private init?(address: String, token: String?) {
        guard address.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), !address.contains(where: { "?#@\\".contains($0) }),
            let parts = Self.split(address)
        else { return nil }
        var path = parts.path
        while path.last == "/" { path.removeLast() }
        guard !path.isEmpty else { return nil }
        scheme = parts.scheme
        authority = parts.authority
        self.path = path + "/"
        self.token = token
    }

    private init(scheme: String, authority: String, path: String, token: String?) {
        self.scheme = scheme
        self.authority = authority
        self.path = path
        self.token = token
    }

    /// The same right at another host.
    package func moved(to authority: String) -> BitrixEndpoint {
        BitrixEndpoint(scheme: scheme, authority: authority, path: path, token: token)
    }

    /// The address without the token, as ``init(clientEndpoint:token:)`` takes it. A secret for a webhook.
    var clientEndpoint: String { "\(scheme)://\(authority)\(path)" }

    func url(of method: String) -> String { "\(scheme)://\(authority)\(path)\(method)" }

    /// Where the portal lives now, if `location` sends a call of `method` to the same path at another host.
    ///
    /// A renamed portal answers 302. Only the host may differ: anything else, a login page or plain `http` for
    /// instance, is not followed, because the path and the token are secrets of this portal.
    package func authority(movedBy location: String, method: String) -> String? {
        guard location.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), !location.contains("@"), !location.contains("\\"),
            let parts = Self.split(location), parts.scheme == scheme, parts.authority != authority
        else { return nil }
        let target = parts.path.prefix { $0 != "?" && $0 != "#" }
        return target == path + method ? parts.authority : nil
    }

    private static func split(_ address: String) -> (scheme: String, authority: String, path: String)? {
        guard let colon = address.firstIndex(of: ":") else { return nil }
        let scheme = address[..<colon].lowercased()
        let rest = address[colon...]
        guard ["http", "https"].contains(scheme), rest.hasPrefix("://") else { return nil }
        let behind = rest.dropFirst(3)
        let slash = behind.firstIndex(of: "/") ?? behind.endIndex
        let authority = behind[..<slash].lowercased()
        guard !authority.isEmpty, !authority.contains(where: { "?#".contains($0) }) else { return nil }
        return (scheme, authority, String(behind[slash...]))
    }
}

extension BitrixEndpoint: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "portal \(authority)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["authority": authority]) }
}
