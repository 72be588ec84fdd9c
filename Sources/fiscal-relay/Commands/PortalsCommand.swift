import ArgumentParser
import Bitrix
import FoundationEssentials
import Glibc
import HTTPTransport
import JobQueue
import Postgres
import Relay

struct PortalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portals", abstract: "Applications at Bitrix24 portals, and their tokens.",
        subcommands: [PortalsList.self, PortalsConnect.self])
}

/// A portal's pair of tokens as it is listed: when it came, never what it is.
private struct PortalRow: Encodable {
    let portal: String
    let address: String
    let pairs: Int64
    let receivedAt: String
    let expiresAt: String
    let refused: String?

    enum CodingKeys: String, CodingKey {
        case portal, address, pairs, refused
        case receivedAt = "received_at"
        case expiresAt = "expires_at"
    }

    init(_ connection: PortalConnection) {
        portal = connection.portal
        address = connection.clientEndpoint
        pairs = connection.generation
        receivedAt = connection.receivedAt.text
        expiresAt = connection.expiresAt.text
        refused = connection.refusal
    }

    static let columns: [Listing.Column<PortalRow>] = [
        .init("application@portal") { $0.portal }, .init("address") { $0.address },
        .init("received") { $0.receivedAt }, .init("expires") { $0.expiresAt },
        .init("refused") { $0.refused ?? "" },
    ]
}

struct PortalsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List applications with the age of their tokens.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: FormatOptions

    func run() async throws {
        let connections = try await options.withPool("fiscal-relay portals") { pool in
            try await PortalAdministration(pool: pool).connections()
        }
        try Listing.show(
            connections.map(PortalRow.init), as: output.format, columns: PortalRow.columns,
            empty: "No application is connected.")
    }
}

struct PortalsConnect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Put an application's first tokens on record, or new ones after they were refused or lost.",
        discussion: """
            Either --code -, and on standard input the code that the portal's administrator got from
            https://PORTAL/oauth/authorize/?client_id=… within the last 30 seconds, or --file with the JSON that the \
            authorization server answered (access_token, refresh_token, expires_in, client_endpoint). Use a pair \
            nowhere else: each refresh uses up the one before. Afterwards the portal is open again, if it was closed \
            because it refused us.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var person: OperatorOptions
    @Option(help: "A shop whose bitrix.oauth names the application.") var shop: String
    @Option(help: "Always -: the code of the portal's consent is a secret, and read from standard input.")
    var code: String?
    @Option(help: "A file with the server's answer; - for standard input.") var file: String?

    func validate() throws {
        guard (code == nil) != (file == nil) else { throw ValidationError("Give --code - or --file.") }
        guard code == nil || code == "-" else {
            throw ValidationError(
                "The code is a secret, and everybody sees command lines: give --code - and the code on standard input.")
        }
    }

    func run() async throws {
        let configuration = try options.load()
        guard let settings = configuration.shops[shop]?.bitrix, case .application(let application) = settings.access
        else {
            let shops = configuration.shops.values.filter(\.hasApplication).map(\.name).sorted()
            throw CommandFailure(
                "shop \(shop) has no bitrix.oauth; shops that have: \(shops.isEmpty ? "none" : shops.joined(separator: ", "))"
            )
        }
        let tokens = try await tokens(application)
        let pool = try configuration.makePool("fiscal-relay portals", size: 1)
        do {
            let by = Operator(who: person.who, why: person.why)
            try await PortalAdministration(pool: pool).connect(application.tokenKey, tokens, by: by)
            _ = try await JobAdministration(pool).resume(destination: settings.destination, by: by)
            await pool.close()
        } catch {
            await pool.close()
            throw error
        }
        print("\(application.tokenKey) is connected")
    }

    private func tokens(_ application: BitrixApplicationSettings) async throws -> BitrixTokens {
        if code != nil {
            if isatty(STDIN_FILENO) == 1 { StandardError.writeRaw("Code: ") }
            guard let given = readLine(), !given.isEmpty else {
                throw CommandFailure("standard input has no code")
            }
            let transport = HTTPTransport()
            let server = BitrixTokenServer(application.application, transport: transport)
            do {
                let tokens = try await server.exchange(code: given)
                await transport.shutdown()
                return tokens
            } catch {
                await transport.shutdown()
                throw CommandFailure("\(error); a code is good for 30 seconds and for one use")
            }
        }
        let bytes = try read(file ?? "-")
        guard let answer = try? BitrixValue(parsing: bytes), let tokens = BitrixTokens(answer) else {
            throw CommandFailure(
                "the file is no answer of the authorization server: it must be a JSON object with access_token, "
                    + "refresh_token, expires_in and client_endpoint")
        }
        return tokens
    }

    private func read(_ path: String) throws -> [UInt8] {
        if path == "-" {
            var text = ""
            while let line = readLine(strippingNewline: false) { text += line }
            return Array(text.utf8)
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("--file \(path) cannot be read")
        }
        return [UInt8](data)
    }
}

extension ShopSettings {
    fileprivate var hasApplication: Bool {
        if case .application? = bitrix?.access { true } else { false }
    }
}
