import Fiscal
import FiscalProviders
import HTTPTransport
import Synchronization
import Testing

@Suite struct CloudKassirProviderTests {
    private func provider(_ transport: ScriptedTransport, _ settings: CloudKassirSettings = .sample)
        -> CloudKassirProvider
    {
        CloudKassirProvider(settings) { request throws(TransferError) in try transport.perform(request) }
    }

    @Test func eachKindGoesToItsAddressWithTheAccountsCredentials() async throws {
        let transport = ScriptedTransport(.answer(200, #"{"id":"1"}"#))
        let provider = provider(transport)
        _ = await provider.submit(Array("{}".utf8), of: .sell)
        _ = await provider.submit(Array("{}".utf8), of: .sellReturn)
        _ = await provider.submit(Array("{}".utf8), of: .sellCorrection)
        _ = await provider.submit(Array("{}".utf8), of: .sellReturnCorrection)
        _ = await provider.status(of: "a/../b?c")
        #expect(
            transport.requests.map { "\($0.method.rawValue) \($0.url)" } == [
                "POST https://api.example/v1/receipts", "POST https://api.example/v1/receipts",
                "POST https://api.example/v1/receipts/correction", "POST https://api.example/v1/receipts/correction",
                "GET https://api.example/v1/receipts/a%2F..%2Fb%3Fc",
            ])
        let headers = try #require(transport.requests.first?.headers)
        #expect(headers["Authorization"] == "Basic c2hvcDpzM2NyZXQtd29yZA==")
        #expect(headers["Content-Type"] == "application/json; charset=utf-8")
        #expect(transport.requests.last?.headers["Content-Type"] == nil)
    }

    @Test func aReplacedPasswordIsReadAgainWhenTheOldOneIsRefused() async {
        let passwords = Mutex(["old", "new"])
        let reads = Atomic(0)
        let settings = CloudKassirSettings(baseURL: "https://api.example", login: "shop") {
            reads.add(1, ordering: .relaxed)
            return passwords.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        }
        let transport = ScriptedTransport([.success(.answer(401)), .success(.answer(200, #"{"id":"1"}"#))])
        let provider = provider(transport, settings)
        #expect(await provider.submit([], of: .sell).verdict == .accepted(providerID: "1"))
        #expect(await provider.submit([], of: .sell).verdict == .accepted(providerID: "1"))
        #expect(
            transport.requests.compactMap { $0.headers["Authorization"] } == [
                "Basic c2hvcDpvbGQ=", "Basic c2hvcDpuZXc=", "Basic c2hvcDpuZXc=",
            ])
        #expect(reads.load(ordering: .relaxed) == 2)
    }

    @Test(arguments: [401, 403]) func bothTriesTogetherTakeNoLongerThanOneMayAlone(status: Int) async throws {
        func tries(_ timeout: Duration) async -> [Duration] {
            let passwords = Mutex(["old", "new"])
            var settings = CloudKassirSettings(baseURL: "https://api.example", login: "shop") {
                passwords.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
            }
            settings.timeout = timeout
            let transport = ScriptedTransport([.success(.answer(status)), .success(.answer(200, #"{"id":"1"}"#))])
            _ = await provider(transport, settings).submit([], of: .sell)
            return transport.requests.map(\.timeout)
        }
        let two = await tries(.seconds(10))
        #expect(two.count == 2 && two[0] == .seconds(10) && two[1] < .seconds(10) && two[1] > .zero)
        // The first took all there was: its answer stands, and the new password waits for the next run.
        #expect(await tries(.nanoseconds(1)) == [.nanoseconds(1)])
    }

    @Test func aRefusedPasswordThatIsStillTheSameIsNotTriedTwice() async {
        let transport = ScriptedTransport(.answer(401))
        guard case .unauthorised = await provider(transport).submit([], of: .sell).verdict else {
            Issue.record("401 means unauthorised")
            return
        }
        #expect(transport.requests.count == 1)
    }

    @Test func withoutAPasswordNothingIsSent() async {
        struct Unreadable: Error {}
        let transport = ScriptedTransport(.answer(200, #"{"id":"1"}"#))
        let settings = CloudKassirSettings(baseURL: "https://api.example", login: "shop") { throw Unreadable() }
        let provider = provider(transport, settings)
        let answer = await provider.submit([], of: .sell)
        guard case .unauthorised(let fault) = answer.verdict, case .refused = await provider.checkCredentials() else {
            Issue.record("without a password there is no access")
            return
        }
        #expect(fault.code == "credentials_unreadable" && answer.exchange.provenUnsent)
        #expect(transport.requests.isEmpty)
    }

    @Test func aSettingOnlyMakesDoubtStricter() {
        let transport = ScriptedTransport(.answer(200))
        var settings = CloudKassirSettings.sample
        #expect(provider(transport, settings).doubt.policy == .resend)
        settings.doubt = .person
        #expect(provider(transport, settings).doubt.policy == .person)
        #expect(ProviderDoubt(.person).tightened(to: .resend).policy == .person)
        #expect(
            ProviderDoubt(.lookup, visibilityDelay: .seconds(9)).tightened(to: .person).visibilityDelay == .seconds(9))
    }
}
