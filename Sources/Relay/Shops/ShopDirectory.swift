import Bitrix
import Fiscal
import FiscalProviders
import FoundationEssentials
package import HTTPTransport
package import JobQueue

/// All shops of the configuration, with one connection per account and portal.
package struct ShopDirectory: Sendable {
    package let shops: [String: Shop]
    /// Every cash register by its destination: a refund goes where its sale went, whatever the shop uses now.
    package let registers: [String: CashRegister]
    /// What each account may be asked, by the whole fleet together.
    package let limits: [DestinationLimits]

    package init(configuration: RelayConfiguration, transport: HTTPTransport) {
        var registers: [String: CashRegister] = [:]
        var portals: [String: (client: BitrixClient, writer: OrderPropertyWriter)] = [:]
        var shops: [String: Shop] = [:]
        var limits: [String: LimitSettings] = [:]
        // In the order of their names: of two shops that share an account, the first one's settings count everywhere.
        for (name, settings) in configuration.shops.sorted(by: { $0.key < $1.key }) {
            for former in settings.formerProviders {
                if let register = Self.register(former, transport) {
                    registers[register.destination] = registers[register.destination] ?? register
                }
            }
            var register = Self.register(settings.provider, transport)
            if let made = register {
                // Two shops with one account share its limits, so they share the provider too.
                register = registers[made.destination] ?? made
                registers[made.destination] = register
                limits[made.destination] = limits[made.destination] ?? settings.provider.limits
            }
            var portal: Portal?
            if let bitrix = settings.bitrix {
                let destination = Self.destination(of: bitrix)
                let shared = portals[destination] ?? Self.portal(bitrix, transport)
                portals[destination] = shared
                limits[destination] = limits[destination] ?? bitrix.limits
                portal = Portal(
                    destination: destination, client: shared.client, writer: shared.writer,
                    properties: bitrix.properties)
            }
            shops[name] = Shop(settings: settings, register: register, portal: portal)
        }
        self.shops = shops
        self.registers = registers
        self.limits = limits.sorted { $0.key < $1.key }.map { name, limit in
            DestinationLimits(
                name: name,
                rate: limit.perSecond.map { .init(perSecond: Double($0), burst: limit.burst) },
                concurrency: limit.concurrency)
        }
    }

    private static func register(_ settings: ProviderSettings, _ transport: HTTPTransport) -> CashRegister? {
        switch settings.kind {
        case .none:
            return nil
        case .cloudkassir:
            guard let password = settings.password else { return nil }
            var account = CloudKassirSettings(
                baseURL: settings.baseURL, login: settings.login, password: { try password.read() })
            account.doubt = settings.doubt == .person ? .person : .resend
            account.timeout = settings.timeout
            for (rate, tag) in settings.vatTags { account.vocabulary.vat[rate] = tag }
            for (means, type) in settings.paymentTypes { account.vocabulary.payments[means] = type }
            return CashRegister(
                destination: "cloudkassir:\(settings.login)@\(host(of: settings.baseURL))",
                provider: CloudKassirProvider(account, transport: transport), callbackURL: settings.callbackURL,
                timeout: settings.timeout)
        }
    }

    private static func portal(
        _ settings: BitrixSettings, _ transport: HTTPTransport
    ) -> (client: BitrixClient, writer: OrderPropertyWriter) {
        let secret = settings.webhookURL
        let client = BitrixClient(access: BitrixWebhook(reading: { try secret.read() }), transport: transport)
        return (client, OrderPropertyWriter(client: client, directory: OrderPropertyDirectory(client)))
    }

    /// The host alone: the path of a webhook is its secret. A portal under a path of the sandbox keeps that path's
    /// first words, which hold no secret.
    private static func destination(of settings: BitrixSettings) -> String {
        guard let text = try? settings.webhookURL.read(), let url = URL(string: text) else {
            return "bitrix:unreadable"
        }
        let prefix = url.path().components(separatedBy: "/rest/").first ?? ""
        return "bitrix:\(host(of: text))\(prefix == "/" ? "" : prefix)"
    }

    private static func host(of address: String) -> String {
        guard let url = URL(string: address), let host = url.host() else { return "unknown" }
        return url.port.map { "\(host):\($0)" } ?? host
    }
}
