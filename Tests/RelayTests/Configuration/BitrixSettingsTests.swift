import Bitrix
import Relay
import Testing

@Suite("Settings of a portal")
struct BitrixSettingsTests {
    private func settings(_ bitrix: String) throws -> BitrixSettings? {
        try RelayConfiguration(
            yaml: RelayConfigurationTests.shop("provider: { kind: none }\n    bitrix: \(bitrix)"), environment: [:]
        ).shops["main"]?.bitrix
    }

    private func faults(_ bitrix: String) -> [String] {
        do {
            _ = try settings(bitrix)
            return []
        } catch let error as ConfigurationFaults {
            return error.faults.map(\.key).sorted()
        } catch {
            return ["\(error)"]
        }
    }

    @Test("Defaults: a cloud portal's calls are paced, another's are not")
    func defaults() throws {
        let cloud = try #require(try settings(#"{ webhook_url: "https://shop.bitrix24.ru/rest/1/abc/" }"#))
        #expect(cloud.pace?.perSecond == 2 && cloud.pace?.burst == 40)
        #expect(cloud.destination == "bitrix:shop.bitrix24.ru" && cloud.route == .automatic && !cloud.comments)
        #expect(cloud.alarmAfter == .seconds(900) && cloud.movedTo.isEmpty && cloud.properties.refund == nil)
        let own = try #require(try settings(#"{ webhook_url: "https://shop.example/rest/1/abc/" }"#))
        #expect(own.pace == nil && own.concurrency == nil)
        let fast = try #require(
            try settings(#"{ webhook_url: "https://shop.bitrix24.ru/rest/1/abc/", rate: 5, burst: 250 }"#))
        #expect(fast.pace?.perSecond == 5 && fast.pace?.burst == 250)
    }

    @Test("An application instead of a webhook")
    func application() throws {
        let settings = try #require(
            try settings(
                """
                { oauth: { portal: "https://shop.bitrix24.ru", client_id: local.1, client_secret: s3cret }, \
                comment: true, write_by: rest, moved_to: "a.example, b.example:8443", alarm_after: 1h, \
                properties: { refund: { fn: RFN, fd: RFD, fpd: RFPD } } }
                """))
        guard case .application(let application) = settings.access else {
            Issue.record("it is no webhook")
            return
        }
        #expect(application.tokenKey == "local.1@shop.bitrix24.ru")
        #expect(application.server == "https://oauth.bitrix24.tech")
        #expect(settings.destination == "bitrix:shop.bitrix24.ru" && settings.pace == .cloud)
        #expect(settings.comments && settings.route == .rest && settings.alarmAfter == .seconds(3600))
        #expect(settings.movedTo == ["a.example", "b.example:8443"])
        #expect(settings.properties.refund == .init(fn: "RFN", fd: "RFD", fpd: "RFPD"))
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("s3cret"))
    }

    @Test("Every fault is listed with its key")
    func wrong() {
        let webhook = #"webhook_url: "https://shop.bitrix24.ru/rest/1/abc/""#
        #expect(
            faults("{ oauth: { portal: shop } }") == [
                "shops.main.bitrix.oauth.client_id", "shops.main.bitrix.oauth.client_secret",
                "shops.main.bitrix.oauth.portal",
            ])
        #expect(
            faults("{ \(webhook), oauth: { portal: \"https://a.bitrix24.ru\", client_id: a, client_secret: b } }")
                == ["shops.main.bitrix.oauth"])
        #expect(
            faults(
                "{ \(webhook), write_by: magic, comment: perhaps, alarm_after: 1s, moved_to: \"https://a/\", rate: 0 }")
                == [
                    "shops.main.bitrix.alarm_after", "shops.main.bitrix.comment", "shops.main.bitrix.moved_to",
                    "shops.main.bitrix.rate", "shops.main.bitrix.write_by",
                ])
        #expect(
            faults("{ \(webhook), properties: { refund: { fn: A }, closing: { fn: cloudkassir_fn, fd: B, fpd: C } } }")
                == [
                    "shops.main.bitrix.properties.closing", "shops.main.bitrix.properties.refund.fd",
                    "shops.main.bitrix.properties.refund.fpd",
                ])
    }
}
