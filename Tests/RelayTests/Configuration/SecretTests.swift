import Foundation
import Relay
import Testing

@Suite("Secrets")
struct SecretTests {
    private static let value = "hunter2-s3cr3t"

    @Test("A secret never shows itself")
    func hidden() {
        for secret in [Secret(.inline(Self.value)), Secret(.file("/\(Self.value)"))] {
            var dumped = ""
            dump(secret, to: &dumped)
            dump(["key": secret], to: &dumped)
            dump(secret.source, to: &dumped)
            let texts = [
                secret.description, secret.debugDescription, "\(secret)", String(reflecting: secret), dumped,
                "\(Optional(secret) as Any)", "\([secret])", "\(secret.source)", String(reflecting: secret.source),
            ]
            for text in texts { #expect(!text.contains(Self.value)) }
            #expect(Mirror(reflecting: secret).children.isEmpty)
        }
    }

    @Test("Nor in the settings that hold it")
    func settings() throws {
        let yaml =
            RelayConfigurationTests.shop(
                """
                provider: { kind: cloudkassir, login: shop, password: \(Self.value) }
                    bitrix: { webhook_url: "https://shop.bitrix24.ru/rest/1/\(Self.value)/" }
                """) + "database: { url: \"postgres://a:\(Self.value)@db/shop\" }\n"
        let configuration = try RelayConfiguration(yaml: yaml, environment: [:])
        var text = ""
        dump(configuration, to: &text)
        #expect(!text.contains(Self.value))
        #expect(!"\(configuration)".contains(Self.value))
        #expect(!String(reflecting: configuration).contains(Self.value))
    }

    @Test(
        "Nor in a fault",
        arguments: [
            // Broken in the line of the secret, and a key twice: the parser would quote the text.
            "shops:\n  main:\n    provider: { password: \"\(value)\n",
            "database: { url: \"postgres://a:\(value)@db/\" }\nworker: {}\nworker: {}\n",
            "a: \(value)\n\tb: [\(value)\n", "\(value): [\(value)",
            RelayConfigurationTests.shop(
                "provider: { kind: cloudkassir, login: a, password: \(value), password_file: /a }"),
            RelayConfigurationTests.shop(
                "provider: { kind: none }\n    bitrix: { webhook_url: \"\(value)://shop/rest/\" }"),
            RelayConfigurationTests.shop(
                "provider: { kind: none }\n    bitrix: { webhook_url: \"http://shop.ru/rest/1/\(value)/\" }"),
        ])
    func faults(yaml: String) {
        do {
            _ = try RelayConfiguration(yaml: yaml, environment: [:])
            Issue.record("accepted")
        } catch {
            #expect(!error.description.contains(Self.value), "\(error)")
            #expect(!String(reflecting: error).contains(Self.value))
        }
    }

    @Test("A file is read anew at every read, white space around it is not part of it")
    func file() throws {
        let files = try SecretFiles(["a": "  one \n"])
        defer { files.remove() }
        let secret = Secret(.file(files.path("a")))
        #expect(try secret.read() == "one")
        try files.write("two words\r\n", to: "a")
        #expect(try secret.read() == "two words")
        try files.write(" \n", to: "a")
        #expect(throws: Secret.Unreadable.self) { try secret.read() }
        #expect(throws: Secret.Unreadable.self) { try Secret(.file(files.path("missing"))).read() }
    }
}

/// Files with secrets in a directory of their own.
struct SecretFiles {
    private let directory: URL

    init(_ contents: [String: String]) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "relay-secrets-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for (name, text) in contents { try write(text, to: name) }
    }

    func path(_ name: String) -> String { directory.appending(path: name).path() }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: directory.appending(path: name))
    }

    func remove() { try? FileManager.default.removeItem(at: directory) }
}
