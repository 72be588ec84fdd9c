import Bitrix
import Testing

@Suite struct BitrixMovePolicyTests {
    @Test(
        arguments: [
            ("a.bitrix24.ru", "b.bitrix24.ru", true), ("a.bitrix24.com.br", "b.bitrix24.com.br", true),
            ("a.bitrix24.ru", "b.bitrix24.com", false), ("a.bitrix24.ru", "b.bitrix24.ru:8443", false),
            ("a.bitrix24.ru", "b.bitrix24.ru.evil.example.com", false), ("a.bitrix24.ru", "bitrix24.ru", false),
            ("a.bitrix24.ru", "evil.example", false), ("shop.example", "b.bitrix24.ru", false),
            ("a.bitrix24.evil.example", "b.bitrix24.evil.example", true), ("shop.example", "other.example", false),
            ("a.bitrix24.ru", "-.bitrix24.ru", false), ("a.bitrix24.ru", "b_c.bitrix24.ru", false),
            ("shop.example", "moved.example", true), ("a.bitrix24.ru", "moved.example:444", true),
            ("shop.example", "moved.example:445", false),
        ])
    func onlyKnownHostsAreFollowed(from: String, to: String, isAllowed: Bool) {
        let policy = BitrixMovePolicy(hosts: ["Moved.Example", "moved.example:444"])
        #expect(policy.allows(from: from, to: to) == isAllowed)
    }
}
