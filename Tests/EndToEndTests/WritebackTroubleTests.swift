import FoundationEssentials
import Relay
import Sandbox
import TestSupport
import Testing

/// What a person has to look after in orders of a portal: it is told, listed with what to do, and ends.
@Suite(.database, .timeLimit(.minutes(10)))
struct WritebackTroubleTests {
    private static let lines = [Payload.line("1", "100.00")]

    /// Pays for orders that the portal does not have, and waits until that is known of all.
    private func missing(_ orders: [Int], _ stage: Stage) async throws {
        for order in orders {
            let event = try await stage.insert(
                "order.paid", key: "paid:\(order)", order: order,
                Payload.paid(order: order, payment: "\(order)", sum: "100.00", Self.lines))
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
        }
        try await eventually("not all orders were missed") {
            try await stage.number("SELECT count(*) FROM fiscal.writeback_trouble WHERE ended_at IS NULL")
                == orders.count
        }
    }

    private func text(_ alarm: String, _ stage: Stage) async throws -> String {
        try await stage.texts("SELECT text FROM fiscal.alarm WHERE key = '\(alarm)' AND cleared_at IS NULL").first ?? ""
    }

    @Test func anOrderThatThePortalDoesNotHaveIsToldUntilItIsThere() async throws {
        try await withWorkingStage { stage in
            try await missing([404, 405], stage)
            #expect(try await stage.openAlarms().contains("order_missing:main"))
            #expect(try await text("order_missing:main", stage).contains("does not have 2 orders"))
            try await Console.open(stage) { console in
                let listed = try await console.json(AnyJSON.self, "writebacks", "list", expecting: 1)
                #expect(listed.count == 2)
                #expect(listed[0]?["kind"] == .text("order_missing"))
                #expect(listed[0]?["order"] == .text("404"))
                let table = try await console.run("writebacks", "list", "--kind", "order_missing", expecting: 1)
                #expect(table.output.contains("then repeat; or settle"))
                #expect(
                    try await console.json(AnyJSON.self, "writebacks", "list", "--kind", "overlapped").count == 0)

                // One of them is there now. The act tries both, asks nothing, and tells what is left.
                stage.place(order: 404, price: "100.00")
                let act = try await console.run(
                    "writebacks", "repeat", "--shop", "main", "--yes", "--why", "the order came from the archive")
                #expect(act.output.contains("2 to be written once more"))
                try await eventually { try await stage.writeback(of: 404) == "written" }
                try await eventually { try await text("order_missing:main", stage).contains("does not have 1 orders") }
                try await stage.settled()
                #expect(
                    try await stage.number(
                        "SELECT count(*) FROM fiscal.alarm WHERE key = 'order_missing:main'") == 1)

                // The other was deleted on purpose.
                let left = try await console.json(AnyJSON.self, "writebacks", "list", expecting: 1)
                guard case .number(let id)? = left[0]?["id"] else {
                    Issue.record("nothing is left")
                    return
                }
                try await console.run("writebacks", "settle", "\(id)", "--why", "deleted by the buyer's wish")
                #expect(try await !stage.openAlarms().contains("order_missing:main"))
                try await console.run("writebacks", "settle", "\(id)", "--why", "twice", expecting: 1)
                try await console.run("writebacks", "settle", "999", "--why", "none", expecting: 1)
                #expect(try await console.run("writebacks", "list").output.contains("Nobody is needed."))
                let all = try await console.json(AnyJSON.self, "writebacks", "list", "--all")
                #expect(all.count == 2)
            }
            #expect(
                try await stage.texts(
                    "SELECT action || ' ' || target FROM fiscal.operator_action WHERE who <> 'fiscal-relay' ORDER BY id"
                )
                    == [
                        "repeat_writeback writeback:main:404", "repeat_writeback writeback:main:405",
                        "settle_writeback writeback:main:405",
                    ])
        }
    }

    @Test func whatSomebodyElseMayHaveLostIsToldUntilAPersonHasLooked() async throws {
        try await withWorkingStage { stage in
            let event = try await stage.pay(sum: "100.00", Self.lines)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            try await stage.settled()
            let receipt = try await stage.number("SELECT id FROM fiscal.receipt")
            for detail in ["altered meanwhile: CITY", "the order was saved meanwhile"] {
                try await stage.texts(
                    """
                    SELECT fiscal.note_writeback_trouble(ARRAY['main'], ARRAY['1001'], ARRAY[\(receipt)]::bigint[],
                                                         ARRAY['overlapped'], ARRAY['\(detail)'])::text
                    """)
            }
            #expect(try await stage.openAlarms().contains("order_overlapped:main"))
            // Another write-back of the order finds it well, and ends nothing of it.
            try await stage.texts("SELECT fiscal.end_missing_orders(ARRAY['main'], ARRAY['1001'])::text")
            try await Console.open(stage) { console in
                let listed = try await console.json(AnyJSON.self, "writebacks", "list", expecting: 1)
                #expect(listed[0]?["times"] == .number(2))
                #expect(listed[0]?["detail"] == .text("the order was saved meanwhile"))
                try await console.run("writebacks", "settle", expecting: 64)
                try await console.run(
                    "writebacks", "settle", "--kind", "overlapped", "--yes", "--why", "compared with the history")
            }
            #expect(try await !stage.openAlarms().contains("order_overlapped:main"))
        }
    }

    /// An order with a telephone number that somebody else changes right before that call of ours, and what then stands
    /// in it, in the record of its write-back and on the list.
    private func meetingRival(
        before method: String, skip: Int, _ stage: Stage
    ) async throws -> (phone: String?, detail: String, troubles: [String]) {
        stage.sandbox.createOrders(
            [OrderSeed(id: 1001, price: "100.00", properties: ["EMAIL": Sample.email, "PHONE": "111"])], in: "main")
        stage.sandbox.expect(RivalSave(order: 1001, code: "PHONE", value: "222", before: method, skip: skip))
        let event = try await stage.pay(sum: "100.00", Self.lines)
        #expect(try await stage.fate(of: event) == .ended("fiscalised"))
        try await eventually("it is written") { try await stage.writeback(of: 1001) == "written" }
        try await stage.settled()
        #expect(stage.sandbox.summary().bitrix.writtenBack == 1)
        return (
            stage.sandbox.properties(ofOrder: 1001)?["PHONE"],
            try await stage.texts("SELECT detail FROM fiscal.writeback").first ?? "",
            try await stage.texts("SELECT kind || ' ' || order_id || ' ' || detail FROM fiscal.writeback_trouble")
        )
    }

    /// Between our reading and our writing: his value is lost, which the order's version tells right before the
    /// writing.
    @Test func whatSomebodyElseSavesBetweenReadingAndWritingIsToldOf() async throws {
        try await withWorkingStage { stage in
            let met = try await meetingRival(before: "sale.order.list", skip: 1, stage)
            #expect(met.phone == "111")
            #expect(met.detail == "the order was saved meanwhile")
            #expect(met.troubles == ["overlapped 1001 the order was saved meanwhile"])
            #expect(try await stage.openAlarms().contains("order_overlapped:main"))
            try await Console.open(stage) { console in
                let listed = try await console.json(AnyJSON.self, "writebacks", "list", expecting: 1)
                #expect(listed[0]?["kind"] == .text("overlapped"))
                #expect(listed[0]?["order"] == .text("1001"))
            }
        }
    }

    /// After our writing: his value stands, and is noticed by reading back.
    @Test func whatSomebodyElseSavesAfterTheWritingStandsAndIsNoted() async throws {
        try await withWorkingStage { stage in
            let met = try await meetingRival(before: "sale.propertyvalue.list", skip: 1, stage)
            #expect(met.phone == "222")
            #expect(met.detail == "altered meanwhile: PHONE")
            #expect(met.troubles == [])
        }
    }

    /// The module sets ours alone: whoever else saves loses nothing.
    @Test func byTheModuleNobodyLosesAnything() async throws {
        try await withStage { stage in
            var portal = ShopSpec.portal("main")
            portal.hasModule = true
            portal.webhooks = [BitrixPortal.Webhook(code: Sample.webhookCode)]
            stage.sandbox.add(portal)
            try await stage.working { _ async throws in
                let met = try await meetingRival(before: "fiscal.relay.order.properties.set", skip: 0, stage)
                #expect(met.phone == "222")
                #expect(met.detail == "")
                #expect(met.troubles == [])
            }
        }
    }
}
