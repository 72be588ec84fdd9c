package import Bitrix
import FoundationEssentials

/// The portal in which a shop's orders live.
package struct BitrixSettings: Sendable {
    /// With which right the portal is called.
    package enum Access: Sendable {
        /// The inbound webhook's address, whose path is a credential.
        case webhook(Secret)
        /// An application, whose tokens are in the database.
        case application(BitrixApplicationSettings)
    }

    package let access: Access
    /// By which of the portal's methods properties are written.
    package let route: OrderPropertyRoute
    /// Where the results of receipts are shown.
    package let properties: BitrixPropertySettings
    /// Whether every receipt leaves a line in the order's comment.
    package let comments: Bool
    /// Hosts to which a renamed portal may send us, besides those that Bitrix gives out.
    package let movedTo: [String]
    /// How long a result may wait before somebody is told.
    package let alarmAfter: Duration
    /// Calls that the fleet makes together; nil: as many as come.
    package let pace: Pace?
    /// Orders under way at once in the whole fleet; nil: as many as come.
    package let concurrency: Int?

    package struct Pace: Hashable, Sendable {
        /// Calls a second in the long run.
        package let perSecond: Int
        /// Calls that may come at once after a pause.
        package let burst: Int

        /// What Bitrix24 takes on its usual plans is a bucket of 50 that drains by 2 a second; a little is left to others.
        package static let cloud = Pace(perSecond: 2, burst: 40)
    }

    /// The portal's address. That of a webhook holds its secret.
    package var address: String? {
        switch access {
        case .webhook(let secret): try? secret.read()
        case .application(let application): application.portal
        }
    }

    /// The queue of all steps that talk to it, e.g. `bitrix:portal.example.ru`.
    ///
    /// The host alone: the path of a webhook is its secret. What stands before `/rest/` holds none, and tells portals
    /// under one host apart.
    package var destination: String {
        guard let address, let url = URL(string: address), let host = ServerAddress.host(of: address) else {
            return "bitrix:unreadable"
        }
        let prefix = url.path().components(separatedBy: "/rest/").first ?? ""
        return "bitrix:\(host)\(prefix == "/" ? "" : prefix)"
    }

    /// - Returns: nil when the shop has no portal, or after faults, which are with the reader.
    init?(key: String, from reader: inout ConfigurationReader) {
        let isGiven =
            !reader.children(of: key).isEmpty || reader.has("\(key).webhook_url")
            || reader.has("\(key).webhook_url_file") || reader.has("\(key).oauth.portal")
        guard isGiven else { return nil }
        let limits = LimitSettings(key: key, from: &reader)
        concurrency = limits.concurrency
        properties = BitrixPropertySettings(key: "\(key).properties", from: &reader)
        route = reader.choice("\(key).write_by", default: .automatic) ?? .automatic
        comments = reader.bool("\(key).comment", default: false)
        movedTo = Self.hosts("\(key).moved_to", from: &reader)
        alarmAfter = reader.duration(
            "\(key).alarm_after", in: .seconds(60)...(.seconds(7 * 86_400)), default: .seconds(900))
        guard let access = Self.access(key: key, from: &reader) else { return nil }
        self.access = access
        let hasBurst = reader.has("\(key).burst")
        let address = Self.address(of: access)
        if let rate = limits.perSecond {
            pace = Pace(perSecond: rate, burst: limits.burst)
        } else if let host = address.flatMap(ServerAddress.host(of:)), BitrixMovePolicy.cloud(of: host) != nil {
            pace = hasBurst ? Pace(perSecond: Pace.cloud.perSecond, burst: limits.burst) : .cloud
        } else {
            pace = nil
        }
    }

    private static func address(of access: Access) -> String? {
        switch access {
        case .webhook(let secret): try? secret.read()
        case .application(let application): application.portal
        }
    }

    private static func access(key: String, from reader: inout ConfigurationReader) -> Access? {
        let hasWebhook = reader.has("\(key).webhook_url") || reader.has("\(key).webhook_url_file")
        if let application = BitrixApplicationSettings(key: "\(key).oauth", from: &reader) {
            if hasWebhook {
                reader.report("\(key).oauth", "stands beside webhook_url", allowed: "one of the two")
            }
            return .application(application)
        }
        if !hasWebhook, reader.has("\(key).oauth.portal") || !reader.children(of: "\(key).oauth").isEmpty { return nil }
        guard let secret = reader.secret("\(key).webhook_url") else { return nil }
        if let url = try? secret.read(), let problem = ServerAddress.problem(in: url) {
            reader.report("\(key).webhook_url", problem, allowed: "the https: address of an inbound webhook")
        }
        return .webhook(secret)
    }

    /// Names of hosts with blanks or commas between them.
    private static func hosts(_ key: String, from reader: inout ConfigurationReader) -> [String] {
        let names = (reader.optionalText(key) ?? "").split { $0 == " " || $0 == "," }.map(String.init)
        for name in names
        where !name.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) || name.contains(where: { "/@?#\\".contains($0) }) {
            reader.report(key, "“\(name)” is no name of a host", allowed: "portal.example.ru, with :port if it has one")
        }
        return names
    }
}
