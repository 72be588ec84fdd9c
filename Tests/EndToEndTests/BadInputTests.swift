import Fiscal
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// Events that make no sense: accepted, put in front of a person in plain words, in nobody's way but their own lane's.
@Suite(.database, .timeLimit(.minutes(10)))
struct BadInputTests {
    private struct Case {
        let name: String
        var kind = "order.paid"
        var shop = "main"
        let payload: String
        let code: String
        /// What the reason must hold: the field, and what is allowed there.
        let words: [String]
    }

    private static let good = [Payload.line("1", "100.00")]

    private static let cases = [
        Case(
            name: "unknown shop", shop: "nobody", payload: Payload.paid(sum: "100.00", good), code: "shop_unknown",
            words: ["nobody", "main"]),
        Case(
            name: "unknown kind", kind: "order.vanished", payload: Payload.paid(sum: "100.00", good),
            code: "kind_unknown", words: ["order.vanished"]),
        Case(name: "not an object", payload: "[1, 2]", code: "payload_unreadable", words: ["JSON"]),
        Case(name: "no version", payload: "{}", code: "value_missing", words: ["v:", "1"]),
        Case(
            name: "future version", payload: #"{ "v": 2 }"#, code: "payload_version_unknown", words: ["2"]),
        Case(
            name: "text for a list",
            payload:
                #"{ "v": 1, "order": { "id": 1 }, "payment": { "id": 5, "sum": "1.00" }, "settlement": "full_payment", "customer": { "email": "a@example.ru" }, "items": "none" }"#,
            code: "value_type_wrong", words: ["items"]),
        Case(
            name: "unknown settlement",
            payload: Payload.paid(sum: "100.00", settlement: "half_payment", good), code: "value_unknown",
            words: ["settlement", "full_prepayment"]),
        Case(
            name: "unknown VAT rate",
            payload: Payload.paid(sum: "100.00", [Payload.line("1", "100.00", vat: #""0.19""#)]), code: "vat_unknown",
            words: ["items[0].vat_rate", "0.19"]),
        Case(
            name: "no VAT rate",
            payload: Payload.paid(
                sum: "100.00", [#"{ "id": "1", "name": "Товар", "price": "100.00", "quantity": "1" }"#]),
            code: "value_missing", words: ["items[0].vat_rate"]),
        Case(
            name: "no contact", payload: Payload.paid(sum: "100.00", good, customer: "{}"), code: "contact_invalid",
            words: ["customer"]),
        Case(
            name: "broken mail",
            payload: Payload.paid(sum: "100.00", good, customer: #"{ "email": "ivan.petrov at buyers" }"#),
            code: "contact_invalid", words: ["customer"]),
        Case(
            name: "totals that disagree", payload: Payload.paid(sum: "100.01", good), code: "amount_mismatch",
            words: ["payment.sum", "100.01", "100.00"]),
        Case(
            name: "wrong INN of the buyer",
            payload: Payload.paid(
                sum: "100.00", good,
                customer: #"{ "email": "a@example.ru", "name": "ООО «Ромашка»", "inn": "7712345670" }"#),
            code: "inn_invalid", words: ["customer"]),
        Case(
            name: "negative price", payload: Payload.paid(sum: "100.00", [Payload.line("1", "-100.00")]),
            code: "price_negative", words: ["items[0].price"]),
        Case(
            name: "amount that is no number", payload: Payload.paid(sum: "1e2", good), code: "amount_invalid",
            words: ["payment.sum"]),
        Case(
            name: "another currency",
            payload:
                #"{ "v": 1, "order": { "id": 1, "currency": "USD" }, "payment": { "id": 5, "sum": "100.00" }, "settlement": "full_payment", "customer": { "email": "a@example.ru" }, "items": [\#(good[0])] }"#,
            code: "currency_unsupported", words: ["order.currency", "USD", "RUB"]),
    ]

    @Test func eachIsTakenAndToldAndHoldsItsOwnLaneOnly() async throws {
        try await withStage { stage in
            // Bad first, then a good one behind it in the same lane.
            var events: [(case: Case, bad: Int64, behind: Int64)] = []
            for (index, one) in Self.cases.enumerated() {
                let bad = try await stage.insert(
                    one.kind, key: one.name, order: 100 + index, shop: one.shop, one.payload)
                let behind = try await stage.insert(
                    "order.paid", key: "\(one.name), behind", order: 100 + index, shop: one.shop,
                    Payload.paid(order: 100 + index, payment: "\(index)", sum: "100.00", Self.good))
                events.append((one, bad, behind))
            }
            let other = try await stage.pay(order: 1, payment: "other", sum: "100.00", Self.good)
            try await stage.working { _ async throws in
                #expect(try await stage.fate(of: other) == .ended("fiscalised"))
                for event in events {
                    #expect(try await stage.fate(of: event.bad) == .dead(event.case.code), "\(event.case.name)")
                    let reason = try await stage.reason(of: event.bad)
                    for word in event.case.words { #expect(reason.contains(word), "\(event.case.name): \(reason)") }
                    try await eventually { try await stage.state(of: event.behind) == "waiting" }
                    #expect(try await stage.reason(of: event.behind).contains("\(event.bad)"))
                }
                try await stage.settled()
            }
            #expect(stage.sandbox.summary().cloudKassir.accepted == 1)
        }
    }

    @Test func everyFaultOfAPayloadIsToldAtOnce() async throws {
        try await withWorkingStage { stage in
            let event = try await stage.insert(
                "order.paid", key: "k",
                Payload.paid(
                    sum: "100.00", [Payload.line("1", "-1.00", "0"), Payload.line("2", "1.00", vat: #""19""#)],
                    customer: "{}"))
            guard case .dead = try await stage.fate(of: event) else {
                Issue.record("it is not dead")
                return
            }
            let reason = try await stage.reason(of: event)
            for field in ["items[0].price", "items[0].quantity", "items[1].vat_rate", "customer"] {
                #expect(reason.contains(field), "\(reason)")
            }
            // Its receipt is due all the same, and the alarm that comes before then counts it.
            #expect(try await stage.texts("SELECT (deadline > now())::text FROM fiscal.job") == ["true"])
        }
    }

    @Test func aKindThatIsDeclaredLaterIsReplayedFromItsBeginning() async throws {
        try await withWorkingStage { stage in
            let event = try await stage.insert(
                "order.paid.late", key: "k", order: 1001, Payload.paid(sum: "100.00", Self.good))
            #expect(try await stage.fate(of: event) == .dead("kind_unknown"))
            // Declared, but by a newer release than this worker: it stays for one that knows it.
            try await stage.owner.execute(
                Statement("test.kind", "INSERT INTO fiscal.kind (name, first_step) VALUES ('order.paid.late', 'build')")
            )
            #expect(try await stage.replay(event) == .done)
            #expect(try await stage.texts("SELECT step FROM fiscal.job WHERE id = \(event)") == ["build"])
            #expect(try await stage.state(of: event) == "ready")
        }
    }

    @Test func aShopThatIsConfiguredLaterGetsItsReceiptsByReplay() async throws {
        try await withStage(accounts: ["main", "second"].map(ShopSpec.account), portals: ["main", "second"]) { stage in
            let event = try await stage.pay(sum: "100.00", Self.good, shop: "second")
            try await stage.working { _ async throws in
                #expect(try await stage.fate(of: event) == .dead("shop_unknown"))
            }
            try await stage.working([ShopSpec(), ShopSpec(name: "second", account: "second", portal: "second")]) {
                _ async throws in
                #expect(try await stage.replay(event) == .done)
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                try await stage.settled()
                #expect(try await stage.writeback(of: 1001, in: "second") == "written")
            }
            #expect(stage.sandbox.summary().accounts["second"]?.fiscalised == 1)
        }
    }

    @Test func aPaymentToldByHandlerAndSweepIsReceiptedOnce() async throws {
        try await withWorkingStage { stage in
            // In one lane they come one after another; in two lanes they race for the same settlement.
            for (order, lanes) in [(1001, ["order:1001", "order:1001"]), (1002, ["order:1002", "payment:sweep"])] {
                stage.place(order: order, price: "100.00")
                let payload = Payload.paid(order: order, payment: "\(order)", sum: "100.00", Self.good)
                let events = [
                    try await stage.insert("order.paid", key: "handler:\(order)", subject: lanes[0], payload),
                    try await stage.insert("order.paid", key: "sweep:\(order)", subject: lanes[1], payload),
                ]
                let fates = [try await stage.fate(of: events[0]), try await stage.fate(of: events[1])]
                #expect(Set(fates) == [.ended("fiscalised"), .dead("already_receipted")])
                let (won, lost) = fates[0] == .ended("fiscalised") ? (events[0], events[1]) : (events[1], events[0])
                #expect(try await stage.reason(of: lost).contains("already receipted by event \(won)"))
                #expect(try await stage.receipts(of: lost).isEmpty)
                // A replay changes nothing about it.
                #expect(try await stage.replay(lost) == .done)
                #expect(try await stage.fate(of: lost) == .dead("already_receipted"))
            }
            #expect(stage.sandbox.summary().cloudKassir.fiscalised == 2)
        }
    }

    @Test func whatThePortalDoesNotKnowIsReportedAndNotForced() async throws {
        try await withWorkingStage { stage in
            let event = try await stage.insert(
                "order.paid", key: "k", order: 404, Payload.paid(order: 404, sum: "100.00", Self.good))
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            try await stage.settled()
            #expect(try await stage.writeback(of: 404) == "order_missing")
        }
    }
}
