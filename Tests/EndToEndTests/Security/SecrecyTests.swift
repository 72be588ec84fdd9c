import EmbeddedPostgres
import FoundationEssentials
import HTTPTransport
import Postgres
import Sandbox
import Subprocess
import TestSupport
import Testing

/// What an installation lets everybody see holds neither its secrets nor its buyers (I10): logs of real processes at
/// their most talkative, the list of processes, what the commands print for an operator.
@Suite(.timeLimit(.minutes(10))) struct SecrecyTests {
    private static let lines = [Payload.line("1", "100.00")]
    /// A buyer whose data come in every field that can hold them.
    private static let name = "Иванов Пётр Сидорович"
    private static let secrets = Sample.secrets + [name, "Сидорович", "7712345670"]

    /// The tokens of an application are secrets that nobody chose: what the portal gave, and what it gave for that.
    private static let cloud = ShopSpec(name: "cloud", account: "main", portal: "cloud", usesApplication: true)

    /// Logins with passwords, the refresh of tokens, whose secrets stand in the address of a request, and the log of
    /// the database's server, whatever its shops are refused.
    @Test func nobodyTellsPasswordsTokensOrWhatAShopIsRefused() async throws {
        var options = EmbeddedClusterOptions()
        options.authenticationRules = ["local all keyed_worker scram-sha-256"]
        // At its most talkative as to what is written by others than us.
        options.settings = ["log_connections": "on", "log_disconnections": "on"]
        try await withCluster(options) { stage, cluster in
            for sql in [
                "CREATE ROLE keyed_worker LOGIN PASSWORD '\(Sample.databasePassword)' IN ROLE fiscal_worker",
                // As SECURITY.md asks for.
                "ALTER DATABASE relay SET log_min_error_statement = 'panic'",
                "ALTER DATABASE relay SET log_error_verbosity = 'terse'",
            ] { try await stage.owner.execute(Statement("test.keep_quiet", sql)) }
            stage.sandbox.add(ShopSpec.portalOfApplication("cloud"))
            let tokens = try await connect(stage)
            try await withDirectory { directory in
                let keyed = cluster.url(database: "relay", user: "keyed_worker:\(Sample.databasePassword)")
                func yaml(_ url: String) -> String {
                    stage.yaml([ShopSpec(), Self.cloud]).replacing(stage.url(.worker), with: url)
                        .replacing("level: info", with: "level: trace")
                }
                try yaml(keyed).write(toPath: directory + "/fiscal-relay.yaml")
                try yaml(keyed.replacing(Sample.databasePassword, with: Sample.databasePassword + "-old"))
                    .write(toPath: directory + "/refused.yaml")
                let refused = try await Program.run(["jobs", "list", "--config", directory + "/refused.yaml"])
                #expect(refused.status != 0 && refused.error.contains("keyed_worker"))

                // The first refresh gets no answer, the second is told what it sent.
                let words = "client_secret=\(Sample.clientSecret)&refresh_token=\(tokens.refreshToken)"
                for fault in [
                    Fault.reset(accepting: false),
                    .status(500, code: words, message: words, retryAfter: nil, accepting: false),
                ] {
                    stage.sandbox.faults.order(
                        FaultRule(fault, service: .bitrix, path: "oauth/token", times: 1))
                }
                stage.sandbox.expireTokens(in: "cloud")
                let worker = WorkerProcess(
                    configuration: directory + "/fiscal-relay.yaml", log: directory + "/worker.log")
                try await stage.pay(order: 7, payment: "7", sum: "100.00", Self.lines, shop: "cloud")
                try await eventually("the order was not written") {
                    try await stage.hasten()
                    return try await stage.writeback(of: 7, in: "cloud") == "written"
                }
                let sessions = try await sessions(stage)
                try await refuse(stage)
                let titles = try processTitles()
                let doctor = try await Program.run(["doctor", "--config", directory + "/fiscal-relay.yaml"])
                let portals = try await Program.run(["portals", "list", "--config", directory + "/fiscal-relay.yaml"])
                #expect(try await worker.end(.terminate) == 0)
                let later = try await stage.texts(
                    "SELECT access_token FROM fiscal.portal_token UNION SELECT refresh_token FROM fiscal.portal_token")
                let given = [tokens.accessToken, tokens.refreshToken] + later
                #expect(Set(given).count == 4, "no token was refreshed")
                let log = String(
                    decoding: FileManager.default.contents(atPath: cluster.socketDirectory + "/log") ?? Data(),
                    as: UTF8.self)
                #expect(log.contains("outbox") && log.contains("keyed_worker"), "the server's log tells of nothing")
                for (text, place) in [
                    (worker.logText, "the log of the worker"), (titles, "the list of processes"),
                    (refused.output + refused.error, "the words about a refused password"),
                    (doctor.output + doctor.error, "doctor"), (portals.output + portals.error, "the list of portals"),
                    (log, "the log of the database"), (sessions, "pg_stat_activity"),
                ] {
                    check(text, place, also: given)
                }
            }
        }
    }

    /// Puts the cloud shop's application on record, as an administrator does; returns its first tokens.
    private func connect(_ stage: Stage) async throws -> SandboxTokens {
        let tokens = try #require(stage.sandbox.install(in: "cloud"))
        try await Console.open(stage, [ShopSpec(), Self.cloud]) { console in
            let answer = tokens.text(
                endpoint: stage.address.restURL(of: ShopSpec.portal("cloud")), server: stage.address.url)
            let file = try console.file("tokens.json", answer)
            let connected = try await console.run(
                "portals", "connect", "--shop", "cloud", "--file", file, "--why", "test")
            check(
                connected.output + connected.error, "portals connect", also: [tokens.accessToken, tokens.refreshToken])
            let coded = try await console.run(
                "portals", "connect", "--shop", "cloud", "--code", "c0de9f3b", "--why", "test", expecting: 64)
            #expect(coded.error.contains("--code -") && !coded.error.contains("c0de9f3b"))
            let piped = try await console.run(
                "portals", "connect", "--shop", "cloud", "--code", "-", "--why", "test", input: "c0de9f3b\n",
                expecting: 1)
            #expect(piped.error.contains("a code is good for") && !piped.error.contains("c0de9f3b"))
        }
        return tokens
    }

    /// Events that the database refuses, in the words of a shop that puts values into its SQL.
    private func refuse(_ stage: Stage) async throws {
        let buyer = #"{"v": 1, "c": "\#(Sample.email)", "n": "\#(Self.name)"}"#
        let long = String(repeating: "x", count: 2000)
        for values in [
            "'\(long)', 'order.paid', 'a', '\(buyer)'",
            "'main', 'order.paid', 'b', '\(buyer.dropLast())'",
            "'main', 'order.paid', NULL, '\(buyer)'",
        ] {
            await #expect(throws: PostgresError.self) {
                try await stage.shop.execute(
                    Statement(
                        "test.refused",
                        "INSERT INTO fiscal.outbox (shop, kind, event_key, payload) VALUES (\(values))"))
            }
        }
    }

    @Test(.database) func nothingTellsSecretsOrBuyers() async throws {
        try await withStage { stage in
            try await Console.open(stage) { console in
                try await withDirectory { directory in
                    try Sample.password.write(toPath: directory + "/password")
                    let url = stage.address.webhookURL(of: ShopSpec.portal("main"))
                    try url.write(toPath: directory + "/webhook")
                    let yaml = stage.yaml([ShopSpec()])
                        .replacing(#"password: "\#(Sample.password)""#, with: "password_file: \(directory)/password")
                        .replacing(#"webhook_url: "\#(url)""#, with: "webhook_url_file: \(directory)/webhook")
                        .replacing("level: info", with: "level: trace")
                    #expect(!yaml.contains(Sample.password) && !yaml.contains(Sample.webhookCode))
                    try yaml.write(toPath: directory + "/fiscal-relay.yaml")

                    try await provoke(stage)
                    let workers = (0..<2).map {
                        WorkerProcess(configuration: directory + "/fiscal-relay.yaml", log: "\(directory)/\($0).log")
                    }
                    try await stage.settled()
                    try await stage.hasten()
                    try await stage.settled()
                    check(try processTitles(), "the list of processes")
                    check(try await sessions(stage), "pg_stat_activity")
                    for (number, worker) in workers.enumerated() {
                        _ = try await worker.end(.terminate)
                        #expect(worker.logText.contains("trace") || worker.logText.contains("debug"))
                        check(worker.logText, "the log of worker \(number)")
                    }
                    try await look(console, stage)
                }
            }
        }
    }

    /// The gateway hears what anybody says to it: secrets in paths and headers, buyers in bodies, also when the
    /// database cannot take it in.
    @Test(.database) func theGatewayTellsNothingOfWhatItHears() async throws {
        try await withStage { stage in
            let port = try #require(FreePort.find())
            var addressed = stage
            addressed.more =
                #"gateway: { port: \#(port), public_url: "http://127.0.0.1:\#(port)", callback_secret: "\#(Sample.callbackSecret)" }"#
            let yaml = addressed.yaml([ShopSpec()]).replacing("level: info", with: "level: trace")
            try await withDirectory { directory in
                try yaml.write(toPath: directory + "/fiscal-relay.yaml")
                let gateway = WorkerProcess(
                    configuration: directory + "/fiscal-relay.yaml", log: directory + "/gateway.log", command: "gateway"
                )
                try await eventually("no gateway listens") { gateway.logText.contains("gateway: listening") }
                let transport = HTTPTransport()
                let result: Result<Void, any Error>
                do {
                    try await say(to: "http://127.0.0.1:\(port)", over: transport)
                    try await stage.owner.execute(
                        Statement("test.drop", "DROP FUNCTION fiscal.receive_callback(text, text)"))
                    try await say(to: "http://127.0.0.1:\(port)", over: transport)
                    result = .success(())
                } catch {
                    result = .failure(error)
                }
                await transport.shutdown()
                let titles = try processTitles()
                #expect(try await gateway.end(.terminate) == 0)
                try result.get()
                for word in ["names no receipt", "gateway: callback", "could not be noted"] {
                    #expect(gateway.logText.contains(word), "the gateway was not as talkative as it can be")
                }
                check(gateway.logText, "the log of the gateway")
                check(titles, "the list of processes")
                for path in [Callbacks.path(), String(Callbacks.path().split(separator: "/").last ?? "")] {
                    #expect(!gateway.logText.contains(path), "the path of a shop stands in the log of the gateway")
                }
            }
        }
    }

    /// Everything that a caller can put his words into.
    private func say(to url: String, over transport: HTTPTransport) async throws {
        let buyer = #"{ "email": "\#(Sample.email)", "phone": "\#(Sample.phone)", "name": "\#(Self.name)""#
        for (path, body) in [
            (Callbacks.path(), #"{ "external_id": "\#(Sample.email)" }"#),
            (Callbacks.path(), buyer + ", \"external_id\": \"main/e/1.1\" }"), (Callbacks.path(), buyer),
            (Callbacks.path() + "?password=\(Sample.password)", buyer + "}"),
            ("/callbacks/\(Sample.webhookCode)", buyer + "}"), ("/\(Sample.email)", ""),
            (Callbacks.path(), String(repeating: Sample.email, count: 2000)),
        ] {
            let headers: HTTPHeaders = [
                "Content-Type": "application/json", "Authorization": "Bearer \(Sample.password)",
                "User-Agent": Sample.email,
            ]
            _ = try? await transport.perform(
                HTTPRequest(
                    method: .post, url: url + path, headers: headers, body: Array(body.utf8), timeout: .seconds(20)))
        }
    }

    /// Events of which some go well and others fail in every way in which words come back from somewhere.
    private func provoke(_ stage: Stage) async throws {
        let customer = #"{ "email": "\#(Sample.email)", "phone": "\#(Sample.phoneAsTyped)", "name": "\#(Self.name)" }"#
        try await stage.pay(sum: "100.00", Self.lines, customer: customer)
        let wrong = [
            customer.replacing("@", with: " at "),
            #"{ "email": "\#(Sample.email)", "name": "\#(Self.name)", "inn": "7712345670" }"#,
            #"{ "email": ["\#(Sample.email)"], "phone": { "mobile": "\#(Sample.phone)" } }"#,
        ]
        for (index, customer) in wrong.enumerated() {
            let order = 2000 + index
            try await stage.insert(
                "order.paid", key: "wrong:\(index)", order: order,
                Payload.paid(order: order, payment: "w\(index)", sum: "100.00", Self.lines, customer: customer))
        }
        // A register and a portal that answer with what they were sent, and what only they know.
        for (service, secret) in [(SandboxService.cloudKassir, Sample.password), (.bitrix, Sample.webhookCode)] {
            let words = "Контакт \(Sample.email), телефон \(Sample.phone), пароль \(secret) не приняты"
            stage.sandbox.faults.order(
                FaultRule(
                    .status(400, code: "data", message: words, retryAfter: nil, accepting: false), service: service,
                    method: "POST", times: 1))
        }
        for order in 3000..<3004 {
            try await stage.pay(order: order, payment: "\(order)", sum: "100.00", Self.lines, customer: customer)
        }
        try await stage.insert("order.paid", key: "list", "[\"\(Sample.email)\"]")
    }

    /// What an operator sees at the keyboard. The payload of an event is shown to whoever asks for that event.
    private func look(_ console: Console, _ stage: Stage) async throws {
        let dead = try await stage.texts("SELECT id::text FROM fiscal.job WHERE shop = 'main' AND state = 'dead'")
        #expect(dead.count >= 3)
        var shown: [String] = []
        for id in dead { shown.append(try await console.run("jobs", "show", id).output) }
        for command in [
            ["jobs", "list"], ["events", "list"], ["destinations", "list"], ["queues", "list"], ["receipts", "list"],
        ] {
            shown.append(try await console.run(command[0], command[1], "--format", "json").output)
            shown.append(try await console.run(command[0], command[1]).output)
        }
        // It ends with 1 as soon as a write-back has found that the portal lacks the order, which is no matter here.
        let doctor = try await Program.run(["doctor", "--config", console.configuration])
        shown += [doctor.output, doctor.error]
        for text in shown { check(text, "a command's output") }
    }

    private func check(
        _ text: String, _ place: String, also more: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for secret in Self.secrets + more where text.contains(secret) {
            Issue.record("“\(secret)” stands in \(place)", sourceLocation: sourceLocation)
        }
    }

    /// The command lines of our processes and of the database's, as anybody on the machine sees them; what stands in for
    /// a shop in other tests is neither.
    private func processTitles() throws -> String {
        let titles = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { $0.allSatisfy(\.isNumber) }
            .filter { process in
                let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe")
                return ["fiscal-relay", "postgres"].contains { program?.hasSuffix("/\($0)") == true }
            }
            .compactMap { FileManager.default.contents(atPath: "/proc/\($0)/cmdline") }
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
        #expect(titles.contains("--config") && titles.contains("postgres"), "our processes were not found")
        return titles
    }

    /// What every login of the server sees of the others' sessions.
    private func sessions(_ stage: Stage) async throws -> String {
        try await stage.texts("SELECT concat_ws(' ', application_name, query) FROM pg_stat_activity")
            .joined(separator: "\n")
    }
}
