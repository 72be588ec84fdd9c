import FoundationEssentials
import TestSupport
import Testing

/// What a wrong configuration tells at the start.
@Suite(.timeLimit(.minutes(10)))
struct ConfigurationTests {
    @Test(arguments: ["worker", "doctor", "migrate"]) func everyFaultIsListedAtOnce(command: String) async throws {
        try await withDirectory { directory in
            let path = directory + "/fiscal-relay.yaml"
            try """
            database: { url: "postgres://relay:\(Sample.password)@127.0.0.1:1/shop", pool_size: many }
            worker: { concurrency: 0, lease: 5s, heartbeat: 4s, threads: 3 }
            log: { level: loud }
            shops:
              Main Shop:
                timezone: Mars/Olympus
                company: { inn: "7712345670", sno: envd, email: nobody, payment_address: "https://shop.example.ru", ffd: "1.05" }
                provider: { kind: cloudkassir, base_url: "http://api.cloudkassir.ru/v1", login: shop, password: "\(Sample.password)", doubt: maybe }
                bitrix: { webhook_url: "ftp://portal.example.ru/rest/1/\(Sample.webhookCode)/" }
              second:
                provider: { kind: cloudkassir, login: shop, password: "\(Sample.password)", password_file: /nowhere }
            """.write(toPath: path)
            let result = try await Program.run([command, "--config", path])
            #expect(result.status == 1)
            #expect(result.output.isEmpty)
            for key in [
                "database.pool_size", "worker.concurrency", "worker.heartbeat", "worker.threads", "log.level",
                "shops.Main Shop", "shops.Main Shop.timezone", "shops.Main Shop.company.inn",
                "shops.Main Shop.company.sno",
                "shops.Main Shop.company.email", "shops.Main Shop.provider.base_url", "shops.Main Shop.provider.doubt",
                "shops.Main Shop.bitrix.webhook_url", "shops.second.company.inn", "shops.second.provider.password",
            ] {
                #expect(
                    result.error.split(separator: "\n").contains {
                        $0.hasPrefix("  \(key): ") && $0.contains("allowed: ")
                    },
                    "\(key) is not told: \(result.error)")
            }
            for secret in Sample.secrets { #expect(!result.error.contains(secret)) }
        }
    }

    /// It would never be sent: its answer could not be written while the lease holds.
    @Test func aRequestThatMayOutlastTheLeaseIsRefused() async throws {
        func check(_ timeout: String) async throws -> Program.Result {
            try await withDirectory { directory in
                let path = directory + "/fiscal-relay.yaml"
                try """
                database: { url: "postgres://relay@127.0.0.1:1/shop" }
                shops:
                  main:
                    company: { inn: "7712345671", sno: osn, email: kassa@shop.example.ru, payment_address: "https://shop.example.ru" }
                    provider: { kind: cloudkassir, base_url: "http://127.0.0.1:1/v1", login: shop, password: x, timeout: \(timeout) }
                """.write(toPath: path)
                return try await Program.run(["doctor", "--config", path])
            }
        }
        let refused = try await check("25s")
        #expect(
            refused.error.contains(
                "shops.main.provider.timeout: 25s is too long for a lease of 30s; allowed: at most 24s"))
        let taken = try await check("24s")
        #expect(!taken.error.contains("timeout:"))
    }

    @Test func aFileThatIsNotThereIsNamed() async throws {
        let result = try await Program.run(["jobs", "list", "--config", "/nowhere/fiscal-relay.yaml"])
        #expect(result.status == 1)
        #expect(result.error.contains("/nowhere/fiscal-relay.yaml"))
    }

    @Test(.database) func secretsComeFromFilesAndTheEnvironmentToo() async throws {
        try await withStage { stage in
            try await withDirectory { directory in
                try "\(Sample.password)\n".write(toPath: directory + "/password")
                let path = directory + "/fiscal-relay.yaml"
                let inline = #"password: "\#(Sample.password)""#
                try stage.yaml([ShopSpec()], login: .admin)
                    .replacing(inline, with: #"password_file: "\#(directory)/password""#).write(toPath: path)
                #expect(try await Program.run(["doctor", "--config", path]).status == 0)
                let wrong = ["FISCAL_RELAY_SHOPS_MAIN_PROVIDER_PASSWORD": "wrong"]
                #expect(try await Program.run(["doctor", "--config", path], environment: wrong).status == 1)
            }
        }
    }
}
