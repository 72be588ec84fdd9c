import Relay
import Sandbox
import TestSupport
import Testing

/// `cashbox.check` beside events of the same payments.
@Suite(.database, .timeLimit(.minutes(10)))
struct CashboxCheckTests {
    private func insert(_ id: Int, payment: String, order: Int, _ stage: Stage) async throws -> Int64 {
        try await stage.insert(
            "cashbox.check", key: "check:shop.example.ru:\(id)", order: order,
            """
            { "v": 1, "portal": "shop.example.ru", "order": { "id": \(order) }, "customer": \(Sample.customer),
              "check": { "id": \(id), "type": "sell", "sign": "income" },
              "items": [{ "id": "1", "name": "Товар 1", "price": "10", "sum": "10", "quantity": "1", "vat_rate": "0.22" }],
              "payments": [{ "id": \(payment), "type": "cashless", "sum": "10" }], "total_sum": "10" }
            """)
    }

    @Test func aPaymentIsReceiptedByItsEventOrByItsCheckAndNeverByBoth() async throws {
        try await withWorkingStage { stage in
            let lines = [Payload.line("1", "10.00")]
            let paid = try await stage.pay(order: 1001, payment: "5", sum: "10.00", lines)
            #expect(try await stage.fate(of: paid) == .ended("fiscalised"))
            let checkAfter = try await insert(12, payment: "5", order: 1001, stage)
            #expect(try await stage.fate(of: checkAfter) == .dead("already_receipted"))
            #expect(try await stage.reason(of: checkAfter).contains("payment:5:in:1"))

            stage.place(order: 1002, price: "10.00")
            let check = try await insert(13, payment: "6", order: 1002, stage)
            #expect(try await stage.fate(of: check) == .ended("fiscalised"))
            let paidAfter = try await stage.pay(order: 1002, payment: "6", sum: "10.00", lines)
            #expect(try await stage.fate(of: paidAfter) == .dead("already_receipted"))
            #expect(stage.sandbox.summary().cloudKassir.fiscalised == 2)
        }
    }
}
