import Bitrix
import Testing

@Suite struct BitrixEndpointTests {
    @Test(arguments: [
        "", "shop.bitrix24.ru/rest/1/abc", "https://shop.bitrix24.ru", "https://shop.bitrix24.ru/", "ftp://a/rest/1/b/",
        "https:///rest/1/b", "https://a/rest/1/b?x=1", "https://user:pass@a/rest/1/b", "https://a/rest/1/b c",
        "https://a/rest/1/б", "https://a/rest\\1",
    ])
    func whatIsNoWebhookIsRefused(address: String) {
        #expect(BitrixEndpoint(webhook: address) == nil)
    }

    @Test func theSecretIsNeverShown() throws {
        for endpoint in [
            BitrixEndpoint(webhook: "https://Shop.example:8443/rest/1/s3cret"),
            BitrixEndpoint(clientEndpoint: "https://shop.example:8443/rest/", token: "s3cret"),
        ] {
            let endpoint = try #require(endpoint)
            var dumped = ""
            dump(endpoint, to: &dumped)
            for shown in ["\(endpoint)", String(reflecting: endpoint), dumped, "\([endpoint])"] {
                #expect(!shown.contains("s3cret") && shown.contains("shop.example:8443"))
            }
        }
    }

    @Test(
        arguments: [
            ("https://new.example/rest/1/abc/profile", "new.example"),
            ("https://NEW.example:444/rest/1/abc/profile", "new.example:444"),
            ("https://new.example/rest/1/abc/profile?x=1#f", "new.example"),
            ("http://new.example/rest/1/abc/profile", nil),
            ("https://new.example/auth/?back=/rest/1/abc/profile", nil), ("https://new.example/rest/1/abc/", nil),
            ("https://old.example/rest/1/abc/profile", nil), ("/rest/1/abc/profile", nil), ("https://", nil), ("", nil),
            ("https://new.example@evil.example/rest/1/abc/profile", nil), ("//new.example/rest/1/abc/profile", nil),
            ("https://evil.example\\@new.example/rest/1/abc/profile", nil),
        ] as [(String, String?)])
    func onlyARenamedHostIsFollowed(location: String, authority: String?) throws {
        let endpoint = try #require(BitrixEndpoint(webhook: "https://old.example/rest/1/abc/"))
        #expect(endpoint.authority(movedBy: location, method: "profile") == authority)
    }
}
