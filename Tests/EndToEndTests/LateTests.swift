import Fiscal
import FoundationEssentials
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// Events that come, or get their turn, too late to be receipted without a person's word (I9, I11).
@Suite(.database, .timeLimit(.minutes(10)))
struct LateTests {
    private static let lines = [Payload.line("1", "100.00")]

    private static func ago(hours: Double) -> Timestamp {
        Timestamp(microsecondsSince1970: Int64((Date().timeIntervalSince1970 - hours * 3600) * 1_000_000))
    }

    private func late(_ stage: Stage, hours: Double, order: Int = 1001) async throws -> Int64 {
        stage.place(order: order, price: "100.00")
        return try await stage.insert(
            "order.paid", key: "late:\(order)", order: order, at: Self.ago(hours: hours),
            Payload.paid(order: order, payment: "\(order)", sum: "100.00", Self.lines))
    }

    @Test(arguments: [(80.0, "too_old"), (30.0, "deadline_passed")], ReplayPlan.OrderedAs.allCases)
    func aPersonDecidesWhatIsDue(late: (hours: Double, code: String), ordered: ReplayPlan.OrderedAs) async throws {
        try await withWorkingStage { stage in
            let event = try await self.late(stage, hours: late.hours)
            #expect(try await stage.fate(of: event) == .dead(late.code))
            #expect(try await stage.receipts(of: event).isEmpty)
            guard case .refused(let words) = try await stage.replay(event) else {
                Issue.record("a replay without a word about what is due was taken")
                return
            }
            #expect(words.contains("--as"))
            #expect(try await stage.replay(event, as: ordered) == .done)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            let sent = try #require(try await stage.documents(of: event).first)
            #expect(sent.type == (ordered == .receipt ? "sell" : "sell_correction"))
            #expect(stage.sandbox.summary().cloudKassir.accepted == 1)
        }
    }

    @Test func whatIsOnRecordWhenItsDeadlinePassesIsNotSent() async throws {
        try await withStage { stage in
            let destination = "cloudkassir:main@127.0.0.1:\(stage.address.port)"
            let event = try await late(stage, hours: 23.999)
            let shop = ShopSpec(more: ["fiscal_deadline: 24h"])
            // The register is closed until the deadline lies behind.
            try await stage.pause(destination: destination)
            try await stage.working([shop]) { _ async throws in
                try await eventually { try await stage.receipts(of: event).map(\.state) == [.planned] }
            }
            var shorter = shop
            shorter.more = ["fiscal_deadline: 23h"]
            #expect(try await stage.resume(destination: destination))
            try await stage.working([shorter]) { _ async throws in
                #expect(try await stage.fate(of: event) == .dead("deadline_passed"))
                #expect(stage.sandbox.receipts().isEmpty)
                #expect(try await stage.replay(event, as: .correction) == .done)
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            }
            let receipts = try await stage.receipts(of: event)
            #expect(receipts.map(\.state) == [.abandoned, .fiscalised])
            #expect(receipts.map(\.edition) == [1, 2])
            #expect(try await stage.documents(of: event).map(\.type) == ["sell_correction"])
        }
    }

    @Test func whatMayHaveBeenSentIsSettledHoweverLateItIs() async throws {
        try await withStage { stage in
            let event = try await late(stage, hours: 23.9)
            stage.sandbox.faults.order(
                FaultRule(.reset(accepting: true), service: .cloudKassir, method: "POST", times: .max))
            try await stage.working([ShopSpec(more: ["fiscal_deadline: 24h"])]) { _ async throws in
                try await eventually { stage.sandbox.receipts().first.map { $0.timesSent > 1 } ?? false }
            }
            stage.sandbox.faults.clear()
            try await stage.working([ShopSpec(more: ["fiscal_deadline: 23h"])]) { _ async throws in
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            }
        }
    }
}
