import Fiscal
import FiscalProviders
import FoundationEssentials
import HTTPTransport
import Postgres
import Sandbox
import TestSupport
import Testing

@testable import Relay

/// A receipt that the register could not print for a reason that passes, and whose deadline has passed: whatever a person
/// orders, and whatever copy of it comes late, the settlement has one document (I1).
@Suite(.database, .timeLimit(.minutes(10)))
struct CouldNotPrintTests {
    /// Brings a sale, ordered after its deadline, to where the register could not print it.
    private func failed(_ stage: Stage) async throws -> Int64 {
        let event = try await stage.insert(
            "order.paid", key: "late:1001", order: 1001,
            at: Timestamp(microsecondsSince1970: Int64((Date().timeIntervalSince1970 - 30 * 3600) * 1_000_000)),
            Payload.paid(order: 1001, payment: "1001", sum: "100.00", [Payload.line("1", "100.00")]))
        #expect(try await stage.fate(of: event) == .dead("deadline_passed"))
        stage.sandbox.faults.order(
            FaultRule(
                .fail(code: "ofd_unavailable", message: "ОФД недоступен", passing: true), service: .cloudKassir,
                method: "POST"))
        #expect(try await stage.replay(event, as: .receipt) == .done)
        #expect(try await stage.fate(of: event) == .dead("provider_ofd_unavailable"))
        let words = try await stage.reason(of: event)
        #expect(words.contains("--as receipt") && words.contains("ОФД недоступен"))
        #expect(try await stage.receipts(of: event).map(\.state) == [.planned])
        return event
    }

    /// A copy of what was sent, which the network had kept until now, reaches the provider.
    private func deliverCopy(of event: Int64, _ stage: Stage) async throws {
        let receipt = try #require(try await stage.receipts(of: event).first)
        let bytes = try #require(try await ReceiptStore(pool: stage.owner).request(of: receipt.id))
        let transport = HTTPTransport()
        let directory = ShopDirectory(
            configuration: try RelayConfiguration(yaml: stage.yaml([ShopSpec()]), environment: [:]),
            transport: transport)
        let register = try #require(directory.registers[receipt.destination])
        let answer = await register.provider.submit(bytes, of: receipt.type)
        await transport.shutdown()
        guard case .accepted(providerID: _) = answer.verdict else { throw NotTaken() }
    }

    private struct NotTaken: Error {}

    @Test(arguments: [false, true]) func orderedAsAReceiptItIsTheSameOne(copyComes: Bool) async throws {
        try await withWorkingStage { stage in
            let event = try await failed(stage)
            if copyComes { try await deliverCopy(of: event, stage) }
            #expect(try await stage.replay(event, as: .receipt) == .done)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            #expect(try await stage.receipts(of: event).map(\.edition) == [1])
            #expect(try await stage.documents(of: event).map(\.type) == ["sell"])
            #expect(stage.sandbox.receipts().count == 1)
        }
    }

    @Test func noOtherEditionTakesItsPlaceByPlainSQL() async throws {
        try await withWorkingStage { stage in
            let event = try await failed(stage)
            let told = try await stage.admin.query(
                Statement(
                    "test.act", "SELECT fiscal.replay_job($1, 'anna', 'why', step => 'build', next_edition => true)"),
                [.int(event)]
            ) { row throws(PostgresError) in try row.get(String.self, 0) }
            #expect(told == ["submitted"])
            #expect(try await stage.receipts(of: event).map(\.state) == [.planned])
        }
    }

    @Test func aCorrectionTakesItsPlaceOnceTheProviderHasSaidThatItIsNotPrinted() async throws {
        try await withWorkingStage { stage in
            let event = try await failed(stage)
            #expect(try await stage.replay(event, as: .correction) == .done)
            #expect(try await stage.fate(of: event) == .dead("provider_ofd_unavailable"))
            #expect(try await stage.receipts(of: event).map(\.state) == [.refused])
            #expect(try await stage.replay(event, as: .correction) == .done)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            #expect(try await stage.documents(of: event).map(\.type) == ["sell_correction"])
        }
    }

    @Test func aCorrectionFindsTheCopyThatWasPrintedMeanwhile() async throws {
        try await withWorkingStage { stage in
            let event = try await failed(stage)
            try await deliverCopy(of: event, stage)
            #expect(try await stage.replay(event, as: .correction) == .done)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            #expect(try await stage.receipts(of: event).map(\.state) == [.fiscalised])
            #expect(try await stage.documents(of: event).map(\.type) == ["sell"])
        }
    }
}
