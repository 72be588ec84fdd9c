import Testing

@testable import Sandbox

/// Public clients, written by others for real portals, speak to the stand-in: what passes here would pass there.
@Suite(.timeLimit(.minutes(10))) struct ClientTests {
    private static let portals = [
        BitrixPortal(),
        BitrixPortal(
            name: "cloud", basePath: "/portal/cloud", edition: .cloud,
            applications: [.init(), .init(clientID: "local.other", clientSecret: "othersecret")],
            intensity: .init(capacity: 1000)),
        BitrixPortal(name: "narrow", basePath: "/portal/narrow", webhooks: [.init(scopes: ["catalog"])]),
        BitrixPortal(name: "reader", basePath: "/portal/reader", webhooks: [.init(access: .reader)]),
        BitrixPortal(name: "busy", basePath: "/portal/busy", intensity: .init(capacity: 0, perSecond: 0)),
    ]

    /// A shop of 130 orders and 71 products.
    private func withShop(_ body: @Sendable (Sandbox, SandboxAddress) async throws -> Void) async throws {
        try await withSandbox(.init(portals: Self.portals)) { sandbox, address in
            sandbox.createOrders((1...130).map { Samples.order($0) })
            sandbox.addCatalog(
                CatalogSeed(
                    products: (501...570).map { .init(id: $0, name: "Товар \($0)", stock: [1: "10"]) }
                        + [.init(id: 600, name: "Сыр")]))
            try await body(sandbox, address)
        }
    }

    @Test func fastBitrix24Understands() async throws {
        try await withShop { sandbox, address in
            let seen = try await PythonClients.run("fast_bitrix24_client.py", [address.url])
            #expect(seen["orders"] == 130)
            #expect(seen["distinct"] == 130)
            #expect(seen["filtered"] == [127, 128, 129, 130])
            #expect(seen["by_id"]?.arrayValue?.count == 60)
            #expect(seen["batch"]?["o"]?["orders"] == [["id": 17]])
            #expect(seen["batch"]?["v"]?["propertyValues"]?[0]?["value"] == "a@example.ru")
            #expect(seen["unknown_method"]?[0] == "ClientResponseError")
            #expect(seen["unknown_order"]?[0] == "ErrorInServerResponseException")
            #expect(seen["unknown_order"]?[1]?.stringValue?.contains("200540400001") == true)
            #expect(seen["document"] == "N")
            #expect(seen["elements"] == 70)
            #expect(seen["conducted"] == true)
            #expect(seen["stock"] == [9])
            // Pages and lines went in batches, as on a portal.
            #expect(sandbox.calls()["batch/catalog.document.element.add"] == 70)
            #expect(sandbox.calls()["batch"] ?? 0 >= 5)
        }
    }

    @Test func theVendorsClientUnderstands() async throws {
        try await withShop { sandbox, address in
            let tokens = try #require(sandbox.install(in: "cloud"))
            let pair: JSONValue = [
                "access_token": .string(tokens.accessToken), "refresh_token": .string(tokens.refreshToken),
            ]
            let seen = try await PythonClients.run("b24pysdk_client.py", [address.url, pair.text])
            #expect(seen["orders"] == 130)
            #expect(seen["fast"] == 130)
            #expect(seen["page"] == [30, .null, 130])
            #expect(seen["batch"] == [17, "200540400001"])
            #expect(seen["batches"] == 120)
            #expect(
                seen["errors"] == [
                    "method": ["BitrixAPINotFound", "ERROR_METHOD_NOT_FOUND"],
                    "order": ["BitrixAPIBadRequest", "200540400001"],
                    "code": ["BitrixOAuthNoAuthFound", "NO_AUTH_FOUND"],
                    "scope": ["BitrixAPIInsufficientScope", "insufficient_scope"],
                    "denied": ["BitrixAPIAccessDenied", "ACCESS_DENIED"],
                    "rights": ["BitrixAPIBadRequest", "200040300020"],
                    "limit": ["BitrixAPIQueryLimitExceeded", "QUERY_LIMIT_EXCEEDED"],
                ])
            #expect(seen["handler_again"] == ["BitrixAPIBadRequest", "ERROR_HANDLER_ALREADY_EXIST"])
            #expect(seen["handlers"] == ["1", "50", .null])
            #expect(seen["registers"] == ["Касса"])
            #expect(seen["handler_in_use"]?[1] == "ERROR_CHECK_FAILURE")
            #expect(seen["check_unknown"]?[1] == "ERROR_CHECK_NOT_FOUND")
            #expect(seen["conducted_again"] == ["BitrixAPIBadRequest", "0"])
            #expect(seen["amount"] == [.number("2.5")])
            for name in ["register_gone", "handler_gone", "conducted", "cancelled", "deleted", "rotated"] {
                #expect(seen[name] == true, "\(name)")
            }
            #expect(seen["after_expiry"] == seen["scope"])
            #expect(
                seen["oauth_errors"] == [
                    "used": ["BitrixOAuthInvalidGrant", "invalid_grant"],
                    "secret": ["BitrixOAuthInvalidClient", "invalid_client"],
                    "other": ["BitrixOauthWrongClient", "WRONG_CLIENT"],
                    "empty": ["BitrixOAuthInvalidRequest", "invalid_request"],
                    "removed": ["BitrixOAuthNotInstalled", "NOT_INSTALLED"],
                ])
            #expect(seen["call_removed"] == ["BitrixAPIErrorOAuth", "ERROR_OAUTH"])
            #expect(sandbox.summary().bitrix.refreshes == 1)
        }
    }
}
