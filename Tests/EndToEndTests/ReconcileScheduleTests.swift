import FoundationEssentials
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// The comparison that nobody has to think of.
@Suite(.database, .timeLimit(.minutes(10)))
struct ReconcileScheduleTests {
    private static let lines = [Payload.line("1", "100.00")]

    /// Makes the schedule due and waits for its run to end.
    private func compare(_ stage: Stage) async throws {
        try await eventually("no schedule is declared") {
            try await stage.number("SELECT count(*) FROM fiscal.schedule WHERE name = 'reconcile:main'") == 1
        }
        let before = try await stage.number(
            "SELECT count(*) FROM fiscal.attempt WHERE kind = 'receipts.reconcile' AND outcome = 'finish'")
        try await stage.owner.execute(
            Statement("test.due", "UPDATE fiscal.schedule SET next_at = now() WHERE name = 'reconcile:main'"))
        try await eventually("the books were not compared") {
            try await stage.number(
                "SELECT count(*) FROM fiscal.attempt WHERE kind = 'receipts.reconcile' AND outcome = 'finish'")
                > before
        }
    }

    @Test func whatItFindsAlarmsUntilItIsRepaired() async throws {
        try await withWorkingStage { stage in
            try await compare(stage)
            #expect(try await stage.openAlarms().isEmpty)
            // Paid a day and a half ago, and told only now: too late for a receipt by itself.
            let moment = Timestamp(
                microsecondsSince1970: (Int64(Date().timeIntervalSince1970) - 36 * 3600) * 1_000_000)
            stage.place(order: 1, price: "100.00")
            let event = try await stage.insert(
                "order.paid", key: "1", order: 1, at: moment,
                Payload.paid(order: 1, payment: "1", sum: "100.00", Self.lines))
            #expect(try await stage.fate(of: event) == .dead("deadline_passed"))
            try await compare(stage)
            #expect(try await stage.openAlarms().contains("reconcile:main"))
            let text = try await stage.texts("SELECT text FROM fiscal.alarm WHERE key = 'reconcile:main'").first
            #expect(text?.contains("1 missing") == true)
            #expect(text?.contains("receipts reconcile --shop main --from") == true)
            #expect(try await stage.replay(event, as: .receipt) == .done)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            try await compare(stage)
            #expect(try await !stage.openAlarms().contains("reconcile:main"))
        }
    }

    /// Reads one page of its portal's shipments in a comparison.
    private static let shopOfOnePage = ShopSpec(more: [
        "fiscal_deadline: 72h", "reconcile: { shipment_pages: 1, unpaid_for: 1h, pay_systems: \"3\" }",
    ])

    /// The shop has told of an order forty hours ago, so it tells of orders by itself. Returns the present, in seconds
    /// since 1970.
    private func begin(_ stage: Stage) async throws -> Int64 {
        let now = Int64(Date().timeIntervalSince1970)
        let told = try await stage.insert(
            "order.paid", key: "1", order: 1, at: Timestamp(microsecondsSince1970: (now - 40 * 3600) * 1_000_000),
            Payload.paid(order: 1, payment: "1", sum: "100.00", Self.lines))
        #expect(try await stage.fate(of: told) == .ended("fiscalised"))
        return now
    }

    /// More shipments than one comparison reads: the next goes on, and what was found once stays found.
    @Test func shipmentsAreReadInPiecesThatForgetNothing() async throws {
        try await withWorkingStage([Self.shopOfOnePage]) { stage in
            let now = try await begin(stage)
            // Of sixty orders that left, the first and the last are not paid.
            stage.sandbox.createOrders(
                (101...160).map { id in
                    OrderSeed(
                        id: id, price: "100.00", isPaid: id != 101 && id != 160, properties: ["EMAIL": Sample.email],
                        delivery: "0", deductedAt: now - 30 * 3600)
                }, in: "main")
            func alarms() async throws -> [String] {
                try await stage.openAlarms().filter {
                    ["reconcile:main", "shipments_behind:main"].contains($0)
                }
            }
            func text() async throws -> String {
                try await stage.texts(
                    "SELECT text FROM fiscal.alarm WHERE key = 'reconcile:main' AND cleared_at IS NULL"
                )
                .first ?? ""
            }
            try await compare(stage)
            #expect(try await alarms() == ["reconcile:main", "shipments_behind:main"])
            #expect(try await text().contains("(1 unreported)"))
            for _ in 1...2 {
                try await compare(stage)
                #expect(try await alarms() == ["reconcile:main"])
                #expect(try await text().contains("(2 unreported)"))
            }
            for order in [101, 160] {
                let paid = try await stage.pay(order: order, payment: "\(order)", sum: "100.00", Self.lines)
                #expect(try await stage.fate(of: paid) == .ended("fiscalised"))
            }
            try await compare(stage)
            #expect(try await alarms() == [])
        }
    }

    /// What was undone or removed in the portal was no sale. Of more suspects than one comparison asks about again,
    /// each has its turn.
    @Test func whatIsUndoneInThePortalIsToldNoMore() async throws {
        try await withWorkingStage([Self.shopOfOnePage]) { stage in
            let now = try await begin(stage)
            stage.sandbox.createOrders(
                (101...160).map { id in
                    OrderSeed(
                        id: id, price: "100.00", isPaid: false, properties: ["EMAIL": Sample.email], delivery: "0",
                        deductedAt: now - 30 * 3600)
                }, in: "main")
            /// How many are told after another comparison, which asks no more than a page of each.
            func unreported() async throws -> Int {
                let before = stage.sandbox.calls()["sale.shipment.list", default: 0]
                try await compare(stage)
                #expect(stage.sandbox.calls()["sale.shipment.list", default: 0] - before <= 2)
                let text = try await stage.texts(
                    "SELECT text FROM fiscal.alarm WHERE key = 'reconcile:main' AND cleared_at IS NULL"
                ).first
                return text?.firstMatch(of: /\((\d+) unreported\)/).flatMap { Int($0.output.1) } ?? 0
            }
            #expect(try await unreported() == 50)
            #expect(try await unreported() == 60)
            #expect(stage.sandbox.undoShipments(ofOrder: 101).count == 1)
            #expect(stage.sandbox.removeShipments(ofOrder: 160).count == 1)
            // Fifty are asked about again, with the first of those that were undone among them; then the other.
            #expect(try await unreported() == 59)
            #expect(try await unreported() == 58)
            for order in 102...159 { stage.sandbox.undoShipments(ofOrder: order) }
            #expect(try await unreported() == 8)
            #expect(try await unreported() == 0)
            #expect(try await !stage.openAlarms().contains("reconcile:main"))
        }
    }

    @Test func aShopCanDoWithoutIt() async throws {
        try await withStage { stage in
            try await stage.working([ShopSpec(more: ["reconcile: { scheduled: false }"])]) { _ in
                let event = try await stage.pay(sum: "100.00", Self.lines)
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                #expect(
                    try await stage.number("SELECT count(*) FROM fiscal.schedule WHERE name LIKE 'reconcile:%'") == 0)
            }
        }
    }
}
