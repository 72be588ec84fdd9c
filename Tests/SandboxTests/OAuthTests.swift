import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(10))) struct OAuthTests {
    static let rest = "/portal/main/rest"

    private static func portal(_ application: BitrixPortal.Application = .init()) -> BitrixPortal {
        BitrixPortal(applications: [application, .init(clientID: "local.other", clientSecret: "othersecret")])
    }

    private func refresh(
        _ address: SandboxAddress, _ token: String, client: String = "local.sandbox", secret: String = "sandboxsecret"
    ) async throws -> WireAnswer {
        try await WireClient(address: address).get(
            "/oauth/token/?grant_type=refresh_token&client_id=\(client)&client_secret=\(secret)&refresh_token=\(token)")
    }

    @Test func aTokenLetsAnApplicationInInEveryForm() async throws {
        try await withSandbox(.init(portals: [Self.portal()])) { sandbox, address in
            let token = try #require(sandbox.install()).accessToken
            let client = WireClient(address: address)
            let answers = [
                try await client.post("\(Self.rest)/scope", ["auth": .string(token)]),
                try await client.get("\(Self.rest)/scope.json?access_token=\(token)"),
                try await WireClient(address: address, headers: [("Authorization", "Bearer \(token)")])
                    .post("\(Self.rest)/scope", [:]),
            ]
            for answer in answers {
                #expect(answer.status == 200)
                #expect(answer.json["result"] == ["cashbox", "catalog", "sale"])
            }
            let without = try await client.get("\(Self.rest)/scope")
            #expect(without.status == 401)
            #expect(without.json["error"] == "NO_AUTH_FOUND")
            let wrong = try await client.get("\(Self.rest)/scope?auth=abc")
            #expect(wrong.json["error"] == "invalid_token")
        }
    }

    @Test func aRefreshGivesANewPairAndUsesTheOldTokenUp() async throws {
        let clock = ManualClock(startingAt: 1_770_000_000)
        try await withSandbox(.init(portals: [Self.portal()], clock: clock.clock)) { sandbox, address in
            let first = try #require(sandbox.install(user: 7))
            let client = WireClient(address: address)
            clock.advance(by: .seconds(3600))
            let expired = try await client.get("\(Self.rest)/scope?auth=\(first.accessToken)")
            #expect(expired.status == 401)
            #expect(expired.json["error"] == "expired_token")
            let second = try await refresh(address, first.refreshToken)
            #expect(second.status == 200)
            #expect(second.json["expires_in"] == 3600)
            #expect(second.json["expires"] == 1_770_007_200)
            #expect(second.json["member_id"] == .string(first.memberID))
            #expect(second.json["user_id"] == 7)
            #expect(second.json["client_endpoint"] == "http://localhost/portal/main/rest/")
            let access = try #require(second.json["access_token"]?.stringValue)
            try await #expect(client.get("\(Self.rest)/scope?auth=\(access)").status == 200)
            // The pair that was lost on its way cannot be had again.
            let again = try await refresh(address, first.refreshToken)
            #expect(again.status == 400)
            #expect(again.json["error"] == "invalid_grant")
            #expect(sandbox.summary().bitrix.refreshes == 1)
            clock.advance(by: .seconds(180 * 86400))
            let late = try await refresh(address, try #require(second.json["refresh_token"]?.stringValue))
            #expect(late.json["error"] == "invalid_grant")
        }
    }

    @Test func theAuthorizationServerTellsItsErrorsApart() async throws {
        try await withSandbox(.init(portals: [Self.portal()])) { sandbox, address in
            let token = try #require(sandbox.install()).refreshToken
            let client = WireClient(address: address)
            let missing = try await client.get("/oauth/token/?grant_type=refresh_token&client_id=a&client_secret=b")
            #expect(missing.json["error"] == "invalid_client")
            let partial = try await client.get("/oauth/token/?grant_type=refresh_token")
            #expect(partial.status == 400)
            #expect(partial.json["error_description"] == "No \"client_id\" parameter found")
            let secret = try await refresh(address, token, secret: "guessed")
            #expect(secret.json["error"] == "invalid_client")
            let other = try await refresh(address, token, client: "local.other", secret: "othersecret")
            #expect(other.status == 200)
            #expect(other.json["error"] == "WRONG_CLIENT")
            sandbox.uninstall()
            let removed = try await refresh(address, token)
            #expect(removed.status == 401)
            #expect(removed.json["error"] == "NOT_INSTALLED")
        }
    }

    @Test func scopesAndTheModuleAreThePortals() async throws {
        let narrow = Self.portal(.init(scopes: ["catalog", "fiscal.relay"]))
        try await withSandbox(.init(portals: [narrow])) { sandbox, address in
            let token = try #require(sandbox.install()).accessToken
            let client = WireClient(address: address)
            let answer = try await client.get("\(Self.rest)/sale.order.list?auth=\(token)")
            #expect(answer.status == 401)
            #expect(answer.json["error"] == "insufficient_scope")
            let scopes = try await client.get("\(Self.rest)/scope?auth=\(token)")
            #expect(scopes.json["result"] == ["catalog"])
        }
    }

    @Test func anAnswerLostOnTheWayLosesTheInstallation() async throws {
        try await withSandbox(.init(portals: [Self.portal()])) { sandbox, address in
            let token = try #require(sandbox.install()).refreshToken
            sandbox.faults.order(FaultRule(.reset(accepting: true), account: "main", path: "oauth/token"))
            await #expect(throws: WireFailure.reset) { try await refresh(address, token) }
            try await #expect(refresh(address, token).json["error"] == "invalid_grant")
        }
    }

    @Test func tokensOutliveTheSandbox() async throws {
        let path = "/tmp/sandbox-tokens-\(UInt64.random(in: .min ... .max)).jsonl"
        defer { TestFile.remove(path) }
        let configuration = SandboxConfiguration(portals: [Self.portal()], ledgerPath: path)
        let pair = try await withSandbox(configuration) { sandbox, address in
            let first = try #require(sandbox.install())
            return (first.refreshToken, try await refresh(address, first.refreshToken).json)
        }
        try await withSandbox(configuration) { _, address in
            let access = try #require(pair.1["access_token"]?.stringValue)
            try await #expect(WireClient(address: address).get("\(Self.rest)/scope?auth=\(access)").status == 200)
            try await #expect(refresh(address, pair.0).json["error"] == "invalid_grant")
            let next = try #require(pair.1["refresh_token"]?.stringValue)
            try await #expect(refresh(address, next).status == 200)
        }
    }

    @Test func anApplicationIsInstalledByJSON() async throws {
        try await withSandbox { _, address in
            let client = WireClient(address: address)
            _ = try await client.post(
                "/_sandbox/portals",
                ["name": "cloud", "edition": "cloud", "applications": [["client_id": "app.1", "access_lifetime": 60]]])
            let tokens = try await client.post(
                "/_sandbox/installations", ["portal": "cloud", "client_id": "app.1", "user": 3])
            let access = try #require(tokens.json["access_token"]?.stringValue)
            #expect(tokens.json["expires_in"] == 60)
            try await #expect(client.get("/portal/cloud/rest/user.current?auth=\(access)").json["result"]?["ID"] == "3")
            _ = try await client.post("/_sandbox/installations/expire", ["portal": "cloud", "client_id": "app.1"])
            let expired = try await client.get("/portal/cloud/rest/user.current?auth=\(access)")
            #expect(expired.json["error"] == "expired_token")
        }
    }
}
