import Bitrix
import Fiscal
import FiscalProviders
import FoundationEssentials
package import HTTPTransport
package import JobQueue
package import Postgres

/// All shops of the configuration, with one connection per account and portal.
package struct ShopDirectory: Sendable {
    package let shops: [String: Shop]
    /// Every cash register by its destination: a refund goes where its sale went, whatever the shop uses now.
    package let registers: [String: CashRegister]
    /// What each account may be asked, by the whole fleet together.
    package let limits: [DestinationLimits]

    /// - Parameters:
    ///   - configuration: the shops.
    ///   - transport: carries the requests of all of them.
    ///   - pool: the database that keeps portals' tokens and the pace of their calls. Without it calls are not paced,
    ///     and portals of applications cannot be called.
    package init(configuration: RelayConfiguration, transport: HTTPTransport, pool: PostgresPool? = nil) {
        var registers: [String: CashRegister] = [:]
        var portals: [String: (client: BitrixClient, desk: WritebackDesk)] = [:]
        var shops: [String: Shop] = [:]
        var limits: [String: DestinationLimits] = [:]
        let callbacks = CallbackAddresses(configuration.gateway)
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
                limits[made.destination] =
                    limits[made.destination] ?? Self.limits(made.destination, settings.provider.limits)
            }
            var portal: Portal?
            if let bitrix = settings.bitrix {
                let destination = bitrix.destination
                let shared = portals[destination] ?? Self.portal(bitrix, destination, transport, pool)
                portals[destination] = shared
                // Its rate is that of calls, which the client keeps; a job is no call.
                limits[destination] =
                    limits[destination] ?? DestinationLimits(name: destination, concurrency: bitrix.concurrency)
                portal = Portal(
                    destination: destination, client: shared.client, desk: shared.desk,
                    properties: bitrix.properties, comments: bitrix.comments, alarmAfter: bitrix.alarmAfter)
            }
            shops[name] = Shop(
                settings: settings, register: register, portal: portal,
                callbackURL: settings.provider.callbackURL ?? callbacks?.url(of: name))
        }
        self.shops = shops
        self.registers = registers
        self.limits = limits.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Destinations that do not know the same receipt again: what may have arrived there is sent again by nobody but a
    /// person.
    package var unrepeatable: Set<String> {
        Set(registers.filter { $0.value.provider.doubt.policy != .resend }.keys)
    }

    /// Every portal once, by its destination.
    package var portals: [String: Portal] {
        Dictionary(
            shops.values.compactMap(\.portal).map { ($0.destination, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func limits(_ name: String, _ settings: LimitSettings) -> DestinationLimits {
        DestinationLimits(
            name: name, rate: settings.perSecond.map { .init(perSecond: Double($0), burst: settings.burst) },
            concurrency: settings.concurrency)
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
                provider: CloudKassirProvider(account, transport: transport), timeout: settings.timeout)
        }
    }

    private static func portal(
        _ settings: BitrixSettings, _ destination: String, _ transport: HTTPTransport, _ pool: PostgresPool?
    ) -> (client: BitrixClient, desk: WritebackDesk) {
        let pace = pool.flatMap { pool in
            settings.pace.map {
                PortalPace(
                    pool: pool, destination: destination, perSecond: Double($0.perSecond), burst: $0.burst)
            }
        }
        let client = BitrixClient(
            access: access(settings.access, transport, pool),
            configuration: BitrixClientConfiguration(moves: BitrixMovePolicy(hosts: settings.movedTo)), pace: pace,
            transport: transport)
        // In the cloud nobody can install a module.
        let isCloud = settings.address.flatMap(ServerAddress.host(of:)).flatMap(BitrixMovePolicy.cloud(of:)) != nil
        let route = isCloud && settings.route == .automatic ? .rest : settings.route
        let writer = PortalWriter(
            properties: OrderPropertyWriter(
                client: client, directory: OrderPropertyDirectory(client), route: route),
            comments: OrderCommentWriter(client: client))
        // Where calls are counted, one round after another makes the fullest ones.
        let desk = WritebackDesk(
            roundSize: route == .rest ? OrderPropertyWriter.groupSize : OrderPropertyWriter.groupSize * 2,
            rounds: settings.pace == nil ? 2 : 1, perform: { await writer.write($0) })
        return (client, desk)
    }

    private static func access(
        _ settings: BitrixSettings.Access, _ transport: HTTPTransport, _ pool: PostgresPool?
    ) -> any BitrixAccess {
        switch settings {
        case .webhook(let secret): return BitrixWebhook(reading: { try secret.read() })
        case .application(let application):
            guard let pool else { return NoTokens() }
            return BitrixOAuth(
                store: PortalTokens(pool: pool, portal: application.tokenKey),
                server: BitrixTokenServer(application.application, transport: transport))
        }
    }

    private static func host(of address: String) -> String {
        guard let url = URL(string: address), let host = url.host() else { return "unknown" }
        return url.port.map { "\(host):\($0)" } ?? host
    }
}

/// The access of an application whose tokens nobody can read, for lack of a database.
private struct NoTokens: BitrixAccess {
    func endpoint() throws(BitrixAccessUnavailable) -> BitrixEndpoint {
        throw BitrixAccessUnavailable(reason: "The portal's tokens are in the database, which is not at hand here.")
    }

    func renew(after refused: BitrixEndpoint, because fault: BitrixFault) -> BitrixRenewal { .none }

    func moved(_ endpoint: BitrixEndpoint, to authority: String) {}
}
