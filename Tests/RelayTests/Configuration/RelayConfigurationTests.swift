import Fiscal
import Foundation
import Relay
import Testing

@Suite("Configuration")
struct RelayConfigurationTests {
    @Test("A complete file")
    func complete() throws {
        let secrets = try SecretFiles(["cloudkassir": "hunter2\n", "bitrix": "https://shop.bitrix24.ru/rest/1/abc/"])
        defer { secrets.remove() }
        let yaml = """
            database:
              url: postgres://fiscal_worker@db1,db2/shop?target_session_attrs=read-write
              pool_size: 8
              prepared: never
            worker: { concurrency: 32, lease: 1m, heartbeat: 500ms, shutdown_grace: 5 }
            log: { level: debug, language: en }
            retention: { personal_data: 400d }
            shops:
              main:
                timezone: Asia/Omsk
                company: { inn: "7712345671", sno: usn_income, email: shop@example.ru, payment_address: "https://shop.example.ru", ffd: "1.2" }
                vat: { payer: false, zero_means: none, advance_rate: vat5 }
                provider:
                  kind: cloudkassir
                  base_url: "http://127.0.0.1:8080/v1"
                  login: shop
                  password_file: \(secrets.path("cloudkassir"))
                  callback_url: https://relay.example.ru/callback
                  timeout: 20s
                  doubt: person
                  vat_tags: { vat22: VAT_22, none: VAT_NO }
                  payment_types: { cash: 7 }
                former_providers:
                  old: { kind: cloudkassir, login: old, password: secret-of-old }
                bitrix: { webhook_url_file: \(secrets.path("bitrix")), properties: { fn: A, fd: B, fpd: C, qr: D } }
                fiscal_deadline: 12h
                max_event_age: 7d
                internet: no
              "2-nd_shop":
                company: { inn: "500100732259", sno: osn, email: shop@example.ru, payment_address: "https://shop.example.ru" }
                provider: { kind: none }
            """
        let configuration = try RelayConfiguration(yaml: yaml, environment: ["HOME": "/root"])
        #expect(try configuration.database.url?.read().hasPrefix("postgres://fiscal_worker@db1,db2") == true)
        #expect(configuration.database.listenURL == nil)
        #expect(configuration.database.poolSize == 8)
        #expect(configuration.database.prepared == .never)
        #expect(configuration.worker.concurrency == 32)
        #expect(configuration.worker.lease == .seconds(60))
        #expect(configuration.worker.heartbeat == .milliseconds(500))
        #expect(configuration.worker.shutdownGrace == .seconds(5))
        #expect(configuration.log.level == .debug)
        #expect(configuration.log.language == .english)
        #expect(configuration.retention.personalData == .seconds(400 * 86_400))
        let main = try #require(configuration.shops["main"])
        #expect(main.zone.utcOffset == 6 * 3600)
        #expect(main.company.sno == .usnIncome)
        #expect(main.company.ffd == .v12)
        #expect(main.vat.mapping == VATMapping(isPayer: false, zeroMeans: .none))
        #expect(main.vat.advanceRate == .vat5)
        #expect(main.provider.kind == .cloudkassir)
        #expect(main.provider.baseURL == "http://127.0.0.1:8080/v1")
        #expect(try main.provider.password?.read() == "hunter2")
        #expect(main.provider.callbackURL == "https://relay.example.ru/callback")
        #expect(main.provider.timeout == .seconds(20))
        #expect(main.provider.doubt == .person)
        #expect(main.provider.vatTags == [.vat22: "VAT_22", .none: "VAT_NO"])
        #expect(main.provider.paymentTypes == [.cash: 7])
        #expect(main.formerProviders.map(\.login) == ["old"])
        let properties = try #require(main.bitrix?.properties.order)
        #expect([properties.fn, properties.fd, properties.fpd, properties.qr] == ["A", "B", "C", "D"])
        #expect(main.fiscalDeadline == .seconds(12 * 3600))
        #expect(main.maximumEventAge == .seconds(7 * 86400))
        #expect(!main.isInternetShop)
        let second = try #require(configuration.shops["2-nd_shop"])
        #expect(second.zone == .moscow)
        #expect(second.company.ffd == .v105)
        #expect(second.vat.advanceRate == .vat22)
        #expect(second.bitrix == nil)
        #expect(second.provider.password == nil)
        #expect(second.fiscalDeadline == .seconds(86400))
        #expect(second.maximumEventAge == .seconds(72 * 3600))
        #expect(second.isInternetShop)
    }

    @Test(
        "The documented defaults, for a file that says nothing",
        arguments: ["", "# nothing yet\n", "shops:\n", "shops: {}\n"])
    func defaults(yaml: String) throws {
        let configuration = try RelayConfiguration(yaml: yaml, environment: [:])
        #expect(configuration.shops.isEmpty)
        #expect(configuration.database.url == nil)
        #expect(configuration.database.poolSize == 4)
        #expect(configuration.worker.concurrency == 64)
        #expect(configuration.worker.lease == .seconds(30))
        #expect(configuration.log.level == .info)
    }

    @Test("The environment lies over the file, key by key; an empty variable is none")
    func environment() throws {
        let configuration = try RelayConfiguration(
            yaml: Self.shop("provider: { kind: cloudkassir, login: shop, password_file: /nowhere }"),
            environment: [
                "FISCAL_RELAY_DATABASE_URL": "postgres://other/", "FISCAL_RELAY_WORKER_CONCURRENCY": "3",
                "FISCAL_RELAY_SHOPS_MAIN_COMPANY_SNO": "usn_income", "FISCAL_RELAY_SHOPS_MAIN_PROVIDER_LOGIN": "",
                // Either form in the environment overrides either form in the file.
                "FISCAL_RELAY_SHOPS_MAIN_PROVIDER_PASSWORD": "from the environment",
                "FISCAL_RELAY_SHOPS_MAIN_BITRIX_WEBHOOK_URL": "https://shop.bitrix24.ru/rest/1/abc/",
                "FISCAL_RELAY_CONFIG": "a.yaml", "FISCAL_RELAY_TEST_THING": "1", "FISCAL_RELAYS": "no",
            ])
        #expect(try configuration.database.url?.read() == "postgres://other/")
        #expect(configuration.worker.concurrency == 3)
        let main = try #require(configuration.shops["main"])
        #expect(main.company.sno == .usnIncome)
        #expect(main.provider.login == "shop")
        #expect(try main.provider.password?.read() == "from the environment")
        #expect(main.bitrix?.properties.order.fn == "CLOUDKASSIR_FN")
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let yaml: String
        let keys: [String]
        var environment: [String: String] = [:]
    }

    @Test(
        "Every fault is listed with its key",
        arguments: [
            Wrong(testDescription: "no mapping", yaml: "- a\n- b\n", keys: ["(file)"]),
            Wrong(testDescription: "a single word", yaml: "shops", keys: ["(file)"]),
            Wrong(testDescription: "no YAML", yaml: "shops: [\n", keys: ["(file)"]),
            Wrong(testDescription: "a key twice", yaml: "worker: {}\nworker: {}\n", keys: ["(file)"]),
            Wrong(testDescription: "a list of shops", yaml: "shops: [a, b]\n", keys: ["shops"]),
            Wrong(testDescription: "a text for shops", yaml: "shops: main\n", keys: ["shops"]),
            Wrong(
                testDescription: "an empty shop", yaml: "shops: { main: {} }\n",
                keys: [
                    "shops.main.company.inn", "shops.main.company.sno", "shops.main.company.email",
                    "shops.main.company.payment_address", "shops.main.provider.kind",
                ]),
            Wrong(
                testDescription: "many at once",
                yaml: """
                    databse: { url: x }
                    database: { pool_size: 0, prepared: maybe, url: { a: b } }
                    worker: { lease: soon, heartbeat: 20s, concurrency: many }
                    log: { level: loud }
                    shops:
                      Main:
                        timezone: Mars/Olympus
                        company: { inn: "7712345678", sno: envd, email: shop, payment_address: "x y", ffd: "2.0" }
                        vat: { payer: maybe, zero_means: zero, advance_rate: vat122 }
                        provider:
                          kind: cloudkassir
                          base_url: http://api.example.ru
                          password: a
                          password_file: b
                          timeout: 1h
                          doubt: lookup
                          vat_tags: { vat18: V }
                          payment_types: { barter: 1, cash: one }
                        bitrix: { webhook_url_file: /nowhere/at/all, propertys: {} , property: x }
                        fiscal_deadline: 5
                        internet: perhaps
                    """,
                keys: [
                    "database.url", "database.pool_size", "database.prepared", "worker.concurrency", "worker.lease",
                    "worker.heartbeat",
                    "log.level", "shops.Main", "shops.Main.timezone", "shops.Main.company.inn",
                    "shops.Main.company.sno",
                    "shops.Main.company.email", "shops.Main.company.payment_address", "shops.Main.company.ffd",
                    "shops.Main.vat.payer", "shops.Main.vat.zero_means", "shops.Main.vat.advance_rate",
                    "shops.Main.provider.base_url", "shops.Main.provider.login", "shops.Main.provider.password",
                    "shops.Main.provider.timeout", "shops.Main.provider.doubt", "shops.Main.provider.vat_tags.vat18",
                    "shops.Main.provider.payment_types.barter", "shops.Main.provider.payment_types.cash",
                    "shops.Main.bitrix.webhook_url_file", "shops.Main.fiscal_deadline", "shops.Main.internet",
                    "databse.url", "shops.Main.bitrix.property", "database.url.a",
                ]),
            Wrong(
                testDescription: "a variable that nothing reads", yaml: "",
                keys: ["FISCAL_RELAY_WORKER_CONCURENCY"], environment: ["FISCAL_RELAY_WORKER_CONCURENCY": "1"]),
            Wrong(
                testDescription: "a variable that two shops read",
                yaml: shop("provider: { kind: none }", name: "a-b")
                    + shop("provider: { kind: none }", name: "a_b", head: ""),
                keys: ["FISCAL_RELAY_SHOPS_A_B_COMPANY_SNO"], environment: ["FISCAL_RELAY_SHOPS_A_B_COMPANY_SNO": "osn"]
            ),
            Wrong(
                testDescription: "no credentials",
                yaml: shop("provider: { kind: cloudkassir }"),
                keys: ["shops.main.provider.login", "shops.main.provider.password"]),
            Wrong(
                testDescription: "an empty secret",
                yaml: shop("provider: { kind: cloudkassir, login: a, password: \"\" }"),
                keys: ["shops.main.provider.password"]),
            Wrong(
                testDescription: "a webhook that is no address",
                yaml: shop("provider: { kind: none }\n    bitrix: { webhook_url: shop.bitrix24.ru/rest/1/s3cr3t/ }"),
                keys: ["shops.main.bitrix.webhook_url"]),
            Wrong(
                testDescription: "a portal without its webhook",
                yaml: shop("provider: { kind: none }\n    bitrix: { properties: { fn: A } }"),
                keys: ["shops.main.bitrix.webhook_url"]),
        ])
    func faults(_ example: Wrong) {
        do {
            _ = try RelayConfiguration(yaml: example.yaml, environment: example.environment)
            Issue.record("accepted")
        } catch {
            #expect(Set(error.faults.map(\.key)) == Set(example.keys), "\(error)")
            #expect(error.faults.allSatisfy { !$0.allowed.isEmpty && !$0.problem.isEmpty })
            #expect(error.faults.count >= example.keys.count)
            for fault in error.faults { #expect(error.description.contains("\(fault)")) }
        }
    }

    @Test(
        "Names of shops",
        arguments: [
            ("main", true), ("a", true), ("9", true), ("a-b_c", true), (String(repeating: "a", count: 32), true),
            (String(repeating: "a", count: 33), false), ("-a", false), ("_a", false), ("A", false), ("магазин", false),
            ("a/b", false), ("a b", false),
        ])
    func names(name: String, isAllowed: Bool) {
        let yaml = Self.shop("provider: { kind: none }", name: "\"\(name)\"")
        let shop = (try? RelayConfiguration(yaml: yaml, environment: [:]))?.shops[name]
        #expect((shop != nil) == isAllowed)
    }

    @Test(
        "http: is for this machine only",
        arguments: [
            ("https://api.cloudkassir.ru/v1", true), ("http://localhost:80/", true), ("http://LOCALHOST", true),
            ("http://127.0.0.1", true), ("http://127.8.9.1:1", true), ("http://[::1]:8080", true),
            ("http://api.cloudkassir.ru", false), ("http://127.0.0.1.example.ru", false),
            ("http://127.example.ru", false),
            ("http://127.0.0.1@example.ru", false), ("http://localhost.example.ru", false), ("http://0.0.0.0", false),
            ("http://127.0.0.256", false), ("ftp://example.ru", false), ("api.example.ru", false), ("https://", false),
        ])
    func addresses(text: String, isAllowed: Bool) {
        let yaml = Self.shop("provider: { kind: none, base_url: \"\(text)\" }")
        #expect(((try? RelayConfiguration(yaml: yaml, environment: [:])) != nil) == isAllowed)
    }

    static func shop(_ rest: String, name: String = "main", head: String = "shops:\n") -> String {
        """
        \(head)  \(name):
            company: { inn: "7712345671", sno: osn, email: shop@example.ru, payment_address: "https://shop.example.ru" }
            \(rest)

        """
    }

    @Test(
        "Personal data are kept for ever unless a time is given, of a month at least", arguments: ["29d", "11y", "0"])
    func retention(wrong: String) throws {
        #expect(try RelayConfiguration(yaml: "worker: {}", environment: [:]).retention.personalData == nil)
        #expect {
            try RelayConfiguration(yaml: "retention: { personal_data: \(wrong) }", environment: [:])
        } throws: { "\($0)".contains("retention.personal_data") }
    }
}
