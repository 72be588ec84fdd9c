import FoundationEssentials
import Relay
import Sandbox
import Subprocess
import TestSupport
import Testing

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// The whole circle with the Bitrix module: PHP and MariaDB on the shop's side, the relay, a worker, the cash register,
/// and the result where the shop's own cash register class shows it.
@Suite(.database, .timeLimit(.minutes(10)))
struct BitrixModuleTests {
    private struct Check: Decodable {
        let status: String
        let error: String
        let fn: String
        let fd: String
        let fpd: String
    }

    private struct Shown: Decodable {
        let prepaid: Check
        let closing: Check
        let nobody: Check
        let faults: [String]
    }

    @Test func whatTheShopRecordedIsPrintedOnceAndShownInIt() async throws {
        try await withWorkingStage([ShopSpec(portal: nil)]) { stage in
            let shown = try await Self.shop(writingTo: stage.url(.shop))
            #expect(shown.faults == [])
            let events = try await stage.texts("SELECT id::text FROM fiscal.outbox ORDER BY id").compactMap(Int64.init)
            var fates: [Stage.Fate] = []
            for event in events { fates.append(try await stage.fate(of: event)) }
            #expect(fates == Array(repeating: .ended("fiscalised"), count: 5) + [.dead("contact_invalid")])

            var summaries: [String] = []
            for event in events { summaries += try await stage.documents(of: event).map(\.summary) }
            #expect(
                summaries == [
                    """
                    sell osn 1480 [2: 1480]
                    Чайник 590 × 2 = 1180 vat122 full_prepayment
                    Доставка 300 × 1 = 300 vat122 full_prepayment
                    """,
                    """
                    sell osn 1480 [3: 1480]
                    Чайник 590 × 2 = 1180 vat22 full_payment
                    Доставка 300 × 1 = 300 vat22 full_payment
                    """,
                    "sell_return osn 590 [2: 590]\nЧайник 590 × 1 = 590 vat22 full_payment",
                    """
                    sell osn 1480 [2: 1480]
                    Чайник 590 × 2 = 1180 vat122 full_prepayment
                    Доставка 300 × 1 = 300 vat122 full_prepayment
                    """,
                    """
                    sell osn 1480 [3: 1480]
                    Чайник 590 × 2 = 1180 vat22 full_payment
                    Доставка 300 × 1 = 300 vat22 full_payment
                    """,
                ])
            #expect(stage.sandbox.summary().cloudKassir.fiscalised == 5)

            for (check, event) in [(shown.prepaid, events[3]), (shown.closing, events[4])] {
                let receipt = try #require(try await stage.receipts(of: event).first)
                #expect(check.status == "Y")
                #expect([check.fn, check.fd, check.fpd] == [receipt.fn, receipt.fd, receipt.fpd])
            }
            #expect(shown.nobody.status == "E")
            #expect(shown.nobody.error.contains("customer"))
        }
    }

    /// Lets a shop's day pass in a process of its own; it ends when every check has its result.
    private static func shop(writingTo url: String) async throws -> Shown {
        let script = RepositoryRoot.path + "/deploy/bitrix/tests/support/circle.php"
        let result = try await Subprocess.run(
            .name("php"),
            arguments: ["-d", "display_errors=stderr", "-d", "error_reporting=-1", script, url],
            input: .none, output: .data(limit: 1 << 20), error: .string(limit: 1 << 20))
        #expect(Program.code(of: result.terminationStatus) == 0, "\(result.standardError)")
        return try JSONDecoder().decode(Shown.self, from: result.standardOutput)
    }
}
