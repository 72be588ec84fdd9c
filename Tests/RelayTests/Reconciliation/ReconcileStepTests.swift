import Bitrix
import Fiscal
import HTTPTransport
import JobQueue
import Postgres
import Relay
import Synchronization
import Testing

/// What a scheduled comparison leaves behind.
@Suite struct ReconcileStepTests {
    private func outcome(_ found: [Discrepancy]) throws -> Outcome {
        let day = try #require(CivilDate("2026-11-21"))
        let period = try #require(ReconciliationPeriod(from: day, to: day, in: .moscow))
        return ReconcileStep.outcome(of: found, shop: "main", period)
    }

    @Test func whatDiffersRaisesTheAlarmAndItsAbsenceClearsIt() throws {
        let differs = try outcome([
            Discrepancy(.missing, expected: Money(kopecks: 100), ""), Discrepancy(.missing, ""),
            Discrepancy(.different, ""), Discrepancy(.unasked, ""),
        ])
        #expect(
            differs.effects == [
                AlarmEffects.raise(
                    "reconcile:main", .critical,
                    "the books of shop main do not agree (2 missing, 1 different): fiscal-relay receipts reconcile "
                        + "--shop main --from 2026-11-21 --to 2026-11-21")
            ])
        #expect(try outcome([]).effects == [AlarmEffects.clear("reconcile:main")])
        // Nothing is known of what could not be asked about: the alarm stays as it was.
        #expect(try outcome([Discrepancy(.unasked, "")]).effects.isEmpty)
        guard case .raised(.warning) = try severity(outcome([Discrepancy(.unclosed, "")])) else {
            Issue.record("an old prepayment alone is a warning")
            return
        }
    }

    private enum Severity {
        case raised(AlarmEffects.Severity)
        case none
    }

    private func severity(_ outcome: Outcome) throws -> Severity {
        guard let row = outcome.effects.first?.row else { return .none }
        for severity: AlarmEffects.Severity in [.warning, .critical] where row[1] == .text(severity.rawValue) {
            return .raised(severity)
        }
        return .none
    }
}

/// Which shipments a portal says have left.
@Suite struct ShipmentInquiryTests {

    private func inquiry(_ pages: [String], _ asked: @escaping @Sendable (String) -> Void = { _ in }) -> ShipmentInquiry
    {
        let left = Mutex(pages)
        let client = BitrixClient(access: BitrixWebhook(reading: { "https://portal.example.ru/rest/1/code/" })) {
            request throws(TransferError) in
            asked(String(decoding: request.body, as: UTF8.self))
            let page = left.withLock { $0.isEmpty ? #"{"result":{"shipments":[]}}"# : $0.removeFirst() }
            return HTTPResponse(status: 200, headers: ["Content-Type": "application/json"], body: Array(page.utf8))
        }
        return ShipmentInquiry(client)
    }

    @Test func deductedShipmentsAreReadPageByPage() async throws {
        let rows = (1...50).map {
            #"{"id":"\#($0)","orderId":1001,"deducted":"Y","dateDeducted":"2026-11-21T12:00:00+03:00"}"#
        }
        let asked = Mutex<[String]>([])
        let inquiry = inquiry([
            #"{"result":{"shipments":[\#(rows.joined(separator: ","))]}}"#,
            #"{"result":{"shipments":[{"id":"51","orderId":"1002","deducted":"Y","dateDeducted":""},{"id":"52","orderId":1003,"deducted":"N"}]}}"#,
        ]) { body in asked.withLock { $0.append(body) } }
        let shipped = try await inquiry.shipped(of: ["1001", "1002", "1003", "K-7"])
        #expect(shipped.count == 51)
        #expect(shipped.first == ShipmentInquiry.Shipped(order: "1001", shipment: "1", leftAt: 1_795_251_600))
        #expect(shipped.last == ShipmentInquiry.Shipped(order: "1002", shipment: "51", leftAt: nil))
        let bodies = asked.withLock { $0 }
        #expect(bodies.count == 2)
        #expect(bodies.first?.contains(#""@orderId":[1001,1002,1003]"#) == true)
        #expect(bodies.last?.contains(#"">id":50"#) == true)
    }

    @Test func manyOrdersAreAskedAboutInSeveralQuestions() async throws {
        let asked = Mutex(0)
        let inquiry = inquiry([]) { _ in asked.withLock { $0 += 1 } }
        #expect(try await inquiry.shipped(of: (1...101).map(String.init)).isEmpty)
        #expect(asked.withLock { $0 } == 3)
        #expect(try await inquiry.shipped(of: []).isEmpty)
    }

    @Test func anAnswerWithoutShipmentsIsAFault() async throws {
        await #expect(throws: BitrixFault.self) { try await inquiry([#"{"result":[]}"#]).shipped(of: ["1"]) }
    }
}
