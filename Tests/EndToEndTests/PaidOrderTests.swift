import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// `order.paid` on its whole way: outbox, receipt, fiscal signs, order properties.
@Suite(.database, .timeLimit(.minutes(10)))
struct PaidOrderTests {
    private struct Shape {
        var settlement = "full_payment"
        var sum: String
        var lines: [String]
        var customer = Sample.customer
        var more = ""
        /// What the cash register must have seen.
        var document: String
    }

    private static let shapes = [
        Shape(
            sum: "1480.00", lines: [Payload.line("1", "590.00", "2")],
            more: #""delivery": { "name": "Доставка", "price": "300.00", "vat_rate": "0.22" }"#,
            document: """
                sell osn 1480 [2: 1480]
                Товар 1 590 × 2 = 1180 vat22 full_payment
                Доставка 300 × 1 = 300 vat22 full_payment
                """),
        Shape(
            sum: "41.81", lines: [Payload.line("1", "0.37", "113")],
            document: "sell osn 41.81 [2: 41.81]\nТовар 1 0.37 × 113 = 41.81 vat22 full_payment"),
        Shape(
            sum: "290.00", lines: [Payload.line("1", "100.00", "3")], more: #""order_discount": "10.00""#,
            document: """
                sell osn 290 [2: 290]
                Товар 1 96.66 × 1 = 96.66 vat22 full_payment
                Товар 1 96.67 × 2 = 193.34 vat22 full_payment
                """),
        Shape(
            sum: "200.00", lines: [Payload.line("1", "150.00"), Payload.line("2", "100.00")],
            more: #""bonus": "50.00""#,
            document: """
                sell osn 200 [2: 200]
                Товар 1 120 × 1 = 120 vat22 full_payment
                Товар 2 80 × 1 = 80 vat22 full_payment
                """),
        Shape(
            sum: "153.15", lines: [Payload.line("1", "459.90", "0.333", vat: #""0.1""#, #""measure_code": 166"#)],
            document: "sell osn 153.15 [2: 153.15]\nТовар 1 459.9 × 0.333 = 153.15 vat10 full_payment"),
        Shape(
            sum: "120.00", lines: [Payload.line("1", "120.00", vat: "null")],
            customer: #"{ "phone": "\#(Sample.phoneAsTyped)" }"#,
            document: "sell osn 120 [2: 120]\nТовар 1 120 × 1 = 120 none full_payment"),
        Shape(
            settlement: "full_prepayment", sum: "599.00", lines: [Payload.line("1", "599.00")],
            document: "sell osn 599 [2: 599]\nТовар 1 599 × 1 = 599 vat122 full_prepayment"),
        Shape(
            settlement: "advance", sum: "1000.00", lines: [],
            document: "sell osn 1000 [2: 1000]\nАванс 1000 × 1 = 1000 vat122 advance"),
    ]

    @Test func everyShapeIsPrintedOnceAndShownInItsOrder() async throws {
        try await withWorkingStage([ShopSpec(), ShopSpec(name: "outlet", account: "outlet", portal: "outlet")]) {
            stage in
            var events: [Int64] = []
            for (index, shape) in Self.shapes.enumerated() {
                let event = try await stage.pay(
                    order: 1001 + index, payment: "\(index)", sum: shape.sum, settlement: shape.settlement, shape.lines,
                    shop: index % 2 == 0 ? "main" : "outlet", customer: shape.customer, shape.more)
                events.append(event)
            }
            for (index, event) in events.enumerated() {
                let shape = Self.shapes[index]
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                #expect(try await stage.documents(of: event).map(\.summary) == [shape.document])
                let receipt = try #require(try await stage.receipts(of: event).first)
                let name = index % 2 == 0 ? "main" : "outlet"
                #expect(receipt.externalID == "\(name)/payment:\(index):paid:1/1.1")
                #expect(receipt.settlementKey == "payment:\(index):in:1")
                #expect(receipt.qr?.contains("fn=\(receipt.fn ?? "-")") == true)
            }
            try await stage.settled()
            for (index, event) in events.enumerated() {
                let name = index % 2 == 0 ? "main" : "outlet"
                let shown = stage.sandbox.properties(ofOrder: 1001 + index, in: name)
                let receipt = try #require(try await stage.receipts(of: event).first)
                #expect(shown?["CLOUDKASSIR_FN"] == receipt.fn)
                #expect(shown?["CLOUDKASSIR_FD"] == receipt.fd)
                #expect(shown?["CLOUDKASSIR_FPD"] == receipt.fpd)
                #expect(shown?["EMAIL"] == Sample.email)
                #expect(try await stage.writeback(of: 1001 + index, in: name) == "written")
            }
            let summary = stage.sandbox.summary()
            #expect(summary.cloudKassir.fiscalised == Self.shapes.count)
            #expect(summary.cloudKassir.repeats == 0)
            #expect(summary.bitrix.writtenBack == Self.shapes.count)
            #expect(summary.bitrix.deletedValues == 0)
        }
    }

    @Test func theBuyerIsReachedByMailOrElseByPhone() async throws {
        try await withWorkingStage { stage in
            let lines = [Payload.line("1", "10.00")]
            let both = try await stage.pay(order: 1, payment: "1", sum: "10.00", lines)
            let phone = try await stage.pay(
                order: 2, payment: "2", sum: "10.00", lines, customer: #"{ "phone": "\#(Sample.phoneAsTyped)" }"#)
            _ = try await (stage.fate(of: both), stage.fate(of: phone))
            let first = try #require(try await stage.documents(of: both).first?.receipt.client)
            #expect(first.email == Sample.email)
            #expect(first.phone == nil)
            let second = try #require(try await stage.documents(of: phone).first?.receipt.client)
            #expect(second.email == nil)
            #expect(second.phone == Sample.phone)
        }
    }

    @Test func amountsMayBeNumbersAndNeverPassThroughABinaryFloat() async throws {
        try await withWorkingStage { stage in
            stage.place(order: 1001, price: "8007199.29")
            let event = try await stage.insert(
                "order.paid", key: "numbers", order: 1001,
                """
                { "v": 1, "order": { "id": 1001 }, "payment": { "id": 5, "sum": 8007199.29 },
                  "settlement": "full_payment", "customer": \(Sample.customer),
                  "items": [ { "id": 1, "name": "Станок", "price": 8007198.19, "quantity": 1, "vat_rate": 0.22 },
                             { "id": 2, "name": "Болт", "price": 1.10, "quantity": 1.000, "vat_rate": 22 } ] }
                """)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            #expect(
                try await stage.documents(of: event).map(\.summary) == [
                    """
                    sell osn 8007199.29 [2: 8007199.29]
                    Станок 8007198.19 × 1 = 8007198.19 vat22 full_payment
                    Болт 1.1 × 1 = 1.1 vat22 full_payment
                    """
                ])
        }
    }

    @Test func keysThatDoNotSurviveEverywhereAreHashed() async throws {
        try await withWorkingStage { stage in
            let keys = [String(repeating: "k", count: 300), "оплата 5", "plain:key/1"]
            var ids: Set<String> = []
            for (index, key) in keys.enumerated() {
                let event = try await stage.insert(
                    "order.paid", key: key, order: index,
                    Payload.paid(order: index, payment: "\(index)", sum: "1.00", [Payload.line("1", "1.00")]))
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                let sent = try #require(try await stage.documents(of: event).first)
                #expect(ids.insert(sent.externalID).inserted)
                #expect(sent.externalID.utf8.count <= 64)
                #expect(sent.externalID.hasPrefix("~") == (index < 2))
            }
        }
    }

    @Test func oneMegabyteOfPayloadIsNoMoreThanAnOrder() async throws {
        try await withWorkingStage { stage in
            let padding = String(repeating: "п", count: 500_000)
            let event = try await stage.pay(
                sum: "1.00", [Payload.line("1", "1.00")], #""comment": "\#(padding)""#)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
        }
    }

    @Test func theSameKeyIsTheSameEventHoweverItIsWritten() async throws {
        try await withWorkingStage { stage in
            let payload = Payload.paid(sum: "1.00", [Payload.line("1", "1.00")])
            stage.place(order: 1001, price: "1.00")
            let first = try await stage.insert("order.paid", key: "k", order: 1001, payload)
            let again = try await stage.shop.execute(
                Statement(
                    "test.again",
                    """
                    INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
                    VALUES ('main', 'order.paid', 'k', 'order:1001', $1) ON CONFLICT DO NOTHING
                    """), [.json(payload)])
            #expect(again == 0)
            let store = EventStore(pool: stage.shop)
            var event = EventStore.NewEvent(
                shop: "main", kind: "order.paid", eventKey: "k", subject: "order:1001", payload: payload)
            #expect(try await store.enqueue(event).outcome == .existing)
            event.payload = Payload.paid(sum: "2.00", [Payload.line("1", "2.00")])
            let conflict = try await store.enqueue(event)
            #expect(conflict.outcome == .conflict)
            #expect(conflict.id == first)
            #expect(try await stage.fate(of: first) == .ended("fiscalised"))
            #expect(try await stage.number("SELECT count(*) FROM fiscal.conflict WHERE event_id = \(first)") == 1)
            #expect(stage.sandbox.summary().cloudKassir.accepted == 1)
        }
    }

    @Test func aShopMayWriteEventsAndNothingElse() async throws {
        try await withStage { stage in
            for sql in [
                "SELECT payload FROM fiscal.outbox", "SELECT * FROM fiscal.job", "SELECT * FROM fiscal.receipt",
                "UPDATE fiscal.outbox SET payload = 'null'", "DELETE FROM fiscal.outbox",
                "INSERT INTO fiscal.outbox (shop, kind, event_key, payload, created_at) VALUES ('a', 'b', 'c', '{}', now())",
            ] {
                await #expect(throws: PostgresError.self, "\(sql)") {
                    try await stage.shop.execute(Statement("test.forbidden", sql))
                }
            }
        }
    }
}
