import HTTPTransport
import Relay
import Testing

/// Paths that only the holder of the installation's secret can name.
@Suite struct CallbackAddressTests {
    private static let secret = "0123456789abcdef0123456789abcdef"

    private func directory(_ gateway: String, provider: String = "") async throws -> ShopDirectory {
        let shops = ["main", "second"].map { name in
            """
              \(name):
                company: { inn: "7712345671", sno: osn, email: kassa@shop.example.ru, payment_address: "https://shop.example.ru" }
                provider: { kind: cloudkassir, login: \(name), password: x\(name == "second" ? provider : "") }
            """
        }
        let configuration = try RelayConfiguration(
            yaml: "gateway: \(gateway)\nshops:\n" + shops.joined(separator: "\n"), environment: [:])
        let transport = HTTPTransport()
        let directory = ShopDirectory(configuration: configuration, transport: transport)
        await transport.shutdown()
        return directory
    }

    @Test func aTokenIsTheCodeOfTheShopUnderTheSecret() {
        // printf 'fiscal-relay callback 1\nmain' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        #expect(
            CallbackToken(secret: Self.secret, shop: "main").text
                == "17d01fd0c0792d96569e8fd3d31244c1d958423cf50e91ba208717be2c124076")
        #expect(
            CallbackToken(secret: Self.secret, shop: "second") != CallbackToken(secret: Self.secret, shop: "main"))
        #expect(
            CallbackToken(secret: Self.secret + "0", shop: "main") != CallbackToken(secret: Self.secret, shop: "main"))
    }

    @Test func eachShopHasAnAddressOfItsOwn() async throws {
        let directory = try await directory(
            #"{ public_url: "https://relay.example.ru/hooks/", callback_secret: \#(Self.secret) }"#)
        #expect(
            directory.shops["main"]?.callbackURL
                == "https://relay.example.ru/hooks/callbacks/\(CallbackToken(secret: Self.secret, shop: "main").text)")
        #expect(directory.shops["second"]?.callbackURL != directory.shops["main"]?.callbackURL)
    }

    @Test func anAddressOfTheShopsOwnGoesFirst() async throws {
        let directory = try await directory(
            #"{ public_url: "https://relay.example.ru", callback_secret: \#(Self.secret) }"#,
            provider: #", callback_url: "https://other.example.ru/cb""#)
        #expect(directory.shops["second"]?.callbackURL == "https://other.example.ru/cb")
    }

    @Test func withoutAPublicAddressProvidersAreGivenNone() async throws {
        let directory = try await directory("{ callback_secret: \(Self.secret) }")
        #expect(directory.shops["main"]?.callbackURL == nil)
    }

    @Test func aSecretThatCouldBeGuessedIsRefusedAndOneIsNeeded() {
        func faults(_ gateway: String) -> [String] {
            do {
                _ = try RelayConfiguration(yaml: "gateway: \(gateway)", environment: [:])
                return []
            } catch {
                return error.faults.map(\.key)
            }
        }
        #expect(faults("{ callback_secret: short }") == ["gateway.callback_secret"])
        #expect(faults(#"{ public_url: "https://relay.example.ru" }"#) == ["gateway.callback_secret"])
        #expect(
            faults(#"{ public_url: "http://relay.example.ru", callback_secret: \#(Self.secret) }"#)
                == ["gateway.public_url"])
    }

    @Test func theDirectoryKnowsWholeTokensOnly() {
        let directory = CallbackDirectory(secret: Self.secret, shops: ["main", "second"])
        let token = CallbackToken(secret: Self.secret, shop: "second").text
        #expect(directory.shop(of: token) == "second")
        for wrong in [
            "", String(token.dropLast()), token + "0", token.uppercased(), String(token.reversed()),
            CallbackToken(secret: Self.secret, shop: "third").text,
            CallbackToken(secret: String(Self.secret.reversed()), shop: "main").text,
        ] { #expect(directory.shop(of: wrong) == nil, "\(wrong)") }
    }
}
