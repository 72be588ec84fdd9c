import Fiscal
import FoundationEssentials
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// `receipts reconcile`, as a bookkeeper runs it.
@Suite(.database, .timeLimit(.minutes(10)))
struct ReconcileTests {
    private static let lines = [Payload.line("1", "100.00")]

    private static func moment(hoursAgo: Int = 0) -> Timestamp {
        Timestamp(microsecondsSince1970: (Int64(Date().timeIntervalSince1970) - Int64(hoursAgo) * 3600) * 1_000_000)
    }

    /// The day of the shop on which an instant falls.
    private static func day(_ moment: Timestamp) throws -> String {
        try #require(ReconciliationPeriod.day(of: moment, in: .moscow)).description
    }

    /// A sale, a prepayment with its closing receipt and a part of it given back: all of one instant.
    private func ordinaryDay(_ stage: Stage, at moment: Timestamp) async throws {
        stage.place(order: 1, price: "100.00")
        stage.place(order: 2, price: "200.00")
        let goods = [Payload.line("1", "100.00", "2")]
        for (kind, key, order, payload) in [
            ("order.paid", "1", 1, Payload.paid(order: 1, payment: "1", sum: "100.00", Self.lines)),
            (
                "order.paid", "2", 2,
                Payload.paid(order: 2, payment: "2", sum: "200.00", settlement: "full_prepayment", goods)
            ),
            ("order.shipped", "3", 2, Payload.shipped(order: 2, shipment: "3", goods)),
            ("payment.refunded", "4", 2, Payload.refunded(order: 2, payment: "2", refund: "4", items: [("1", "1")])),
        ] {
            let event = try await stage.insert(kind, key: key, order: order, at: moment, payload)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
        }
    }

    @Test func whatAgreesIsSilentAndEveryReceiptWasAskedAbout() async throws {
        try await withWorkingStage { stage in
            let moment = Self.moment()
            let day = try Self.day(moment)
            try await ordinaryDay(stage, at: moment)
            let polls = stage.sandbox.receipts().map(\.timesPolled)
            try await Console.open(stage) { console in
                let answer = try await console.json(
                    AnyJSON.self, "receipts", "reconcile", "--shop", "main", "--from", day)
                #expect(answer["events"] == .number(4))
                #expect(answer["receipts"] == .number(4))
                #expect(answer["asked"] == .number(4))
                #expect(answer["discrepancies"]?.count == 0)
                #expect(stage.sandbox.receipts().map(\.timesPolled) == polls.map { $0 + 1 })
                // A day on which nothing happened.
                let silent = try await console.run(
                    "receipts", "reconcile", "--shop", "main", "--from", "2020-01-01", "--to", "2020-01-31")
                #expect(silent.output == "0 events and 0 receipts compared, 0 asked about: all agree.\n")
                let wrong = try await console.run(
                    "receipts", "reconcile", "--shop", "nobody", "--from", day, expecting: 1)
                #expect(wrong.error.contains("allowed: main"))
                try await console.run("receipts", "reconcile", "--shop", "main", "--from", "21.11.2026", expecting: 64)
            }
        }
    }

    @Test func theBookkeepersDayIsAFile() async throws {
        try await withWorkingStage { stage in
            let moment = Self.moment()
            let day = try Self.day(moment)
            try await ordinaryDay(stage, at: moment)
            let prepaid = try await stage.insert(
                "order.paid", key: "5", order: 3, at: moment,
                Payload.paid(order: 3, payment: "5", sum: "100.00", settlement: "full_prepayment", Self.lines))
            #expect(try await stage.fate(of: prepaid) == .ended("fiscalised"))
            let dead = try await stage.insert(
                "order.paid", key: "6", order: 4, at: moment,
                Payload.paid(order: 4, payment: "6", sum: "100.01", Self.lines))
            #expect(try await stage.fate(of: dead) == .dead("amount_mismatch"))
            try await Console.open(stage) { console in
                let result = try await console.run(
                    "receipts", "reconcile", "--shop", "main", "--from", day, "--report", "csv", "--offline",
                    expecting: 1)
                #expect(
                    result.output
                        == """
                        shop,day,paid_count,paid,receipts_count,receipts,cash,electronic,prepaid,credit,other,\
                        refunds_count,refunds,returns_count,returns,corrections_count,corrections,missing_count,missing,\
                        open_prepayments,returned_cash,returned_electronic,returned_other,corrections_in,corrections_out\r
                        main,\(day),4,500.01,4,600.00,0.00,400.00,200.00,0.00,0.00,1,100.00,1,100.00,0,0.00,1,100.01,\
                        100.00,0.00,100.00,0.00,0.00,0.00\r\n
                        """)
                #expect(result.error.contains("amount_mismatch"))
            }
        }
    }

    @Test func whatDiffersIsListedWithItsAmounts() async throws {
        try await withStage(accounts: [ShopSpec.account("main")], audits: false) { stage in
            let moment = Self.moment(hoursAgo: 2)
            let (first, last) = (try Self.day(moment), try Self.day(Self.moment()))
            try await stage.working { _ in
                for number in 1...3 {
                    let event = try await stage.insert(
                        "order.paid", key: "\(number)", order: number, at: moment,
                        Payload.paid(
                            order: number, payment: "\(number)", sum: "100.00",
                            settlement: number == 3 ? "full_prepayment" : "full_payment", Self.lines))
                    #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                }
                let dead = try await stage.insert(
                    "order.paid", key: "4", order: 4, at: moment,
                    Payload.paid(order: 4, payment: "4", sum: "100.01", Self.lines))
                #expect(try await stage.fate(of: dead) == .dead("amount_mismatch"))
            }
            // Books that somebody has damaged: the second order's receipt is said to be the first one's document.
            for statement in [
                "ALTER TABLE fiscal.receipt DISABLE TRIGGER receipt_keep_end",
                """
                UPDATE fiscal.receipt r SET fn = f.fn, fd = f.fd, fpd = f.fpd FROM fiscal.receipt f
                WHERE f.order_id = '1' AND r.order_id = '2'
                """, "ALTER TABLE fiscal.receipt ENABLE TRIGGER receipt_keep_end",
            ] { try await stage.owner.execute(Statement("test.damage", statement)) }
            try await Console.open(stage) { console in
                let answer = try await console.json(
                    AnyJSON.self, "receipts", "reconcile", "--shop", "main", "--from", first, "--to", last,
                    "--prepaid-days", "0", expecting: 1)
                let found = (0..<(answer["discrepancies"]?.count ?? 0)).compactMap { answer["discrepancies"]?[$0] }
                func told(_ kind: String) -> [AnyJSON] { found.filter { $0["kind"] == .text(kind) } }
                #expect(found.count == 4)
                #expect(told("missing").map { $0["expected"] } == [.text("100.01")])
                #expect(told("missing").map { $0["day"] } == [.text(first)])
                #expect(told("doubled").map { $0["order"] } == [.text("2")])
                #expect(told("different").map { $0["order"] } == [.text("2")])
                #expect(told("unclosed").map { $0["order"] } == [.text("3")])
                #expect(told("unclosed").map { $0["expected"] } == [.text("100.00")])
                let table = try await console.run(
                    "receipts", "reconcile", "--shop", "main", "--from", first, "--to", last, expecting: 1)
                #expect(table.output.contains("missing: 1, 100.01"))
                #expect(!table.output.contains("unclosed"))
            }
        }
    }

    @Test func aProviderThatDoesNotAnswerIsNotTakenForAgreement() async throws {
        try await withWorkingStage { stage in
            let moment = Self.moment()
            try await ordinaryDay(stage, at: moment)
            stage.sandbox.faults.order(
                FaultRule(
                    .status(500, code: nil, message: nil, retryAfter: nil, accepting: false), service: .cloudKassir,
                    method: "GET", times: 1000))
            try await Console.open(stage) { console in
                let day = try Self.day(moment)
                let answer = try await console.json(
                    AnyJSON.self, "receipts", "reconcile", "--shop", "main", "--from", day, expecting: 1)
                #expect(answer["asked"] == .number(0))
                #expect(answer["discrepancies"]?.count == 1)
                #expect(answer["discrepancies"]?[0]?["kind"] == .text("unasked"))
                try await console.run("receipts", "reconcile", "--shop", "main", "--from", day, "--offline")
            }
        }
    }

    /// Bitrix decides on receipts, and what its checks say was paid stands in the bookkeeper's day.
    @Test func checksOfBitrixsRegisterArePayments() async throws {
        try await withWorkingStage { stage in
            let moment = Self.moment()
            func check(_ id: Int, _ type: String, _ sign: String, _ payments: String) async throws -> Int64 {
                stage.place(order: 1, price: "10.00")
                return try await stage.insert(
                    "cashbox.check", key: "check:shop:\(id)", order: 1, at: moment,
                    """
                    { "v": 1, "portal": "shop", "order": { "id": 1 }, "customer": \(Sample.customer),
                      "check": { "id": \(id), "type": "\(type)", "sign": "\(sign)" }, "shipments": [{ "id": 3 }],
                      "items": [{ "id": "1", "name": "Товар", "price": "10", "sum": "10", "quantity": "1", "vat_rate": "0.22" }],
                      "payments": [\(payments)], "total_sum": "10" }
                    """)
            }
            let paid = #"{ "id": 5, "type": "cashless", "sum": "10.00000000" }"#
            #expect(
                try await stage.fate(of: try await check(1, "fullprepayment", "income", paid)) == .ended("fiscalised"))
            let offset = #"{ "type": "advance", "sum": "10" }"#
            #expect(try await stage.fate(of: try await check(2, "sell", "income", offset)) == .ended("fiscalised"))
            #expect(
                try await stage.fate(of: try await check(3, "sellreturn", "consumption", paid)) == .ended("fiscalised"))
            // What makes no sense is in front of a person, and no amount.
            let senseless = try await stage.insert(
                "cashbox.check", key: "senseless", order: 2, at: moment,
                #"{ "v": 1, "payments": [{ "type": "cash", "sum": "a lot" }, 7] }"#)
            guard case .dead = try await stage.fate(of: senseless) else {
                Issue.record("it was taken")
                return
            }
            try await Console.open(stage) { console in
                let day = try Self.day(moment)
                let result = try await console.run(
                    "receipts", "reconcile", "--shop", "main", "--from", day, "--report", "csv", "--offline",
                    expecting: 1)
                #expect(result.output.contains("main,\(day),1,10.00,2,20.00,"))
                #expect(result.output.contains(",1,10.00,1,10.00,0,0.00,1,0.00,"))
            }
        }
    }

    /// Money for what was handed over went back, and no line says whether the goods did: until their shipment is
    /// undone.
    @Test func aWholeRefundWithoutLinesIsNamedWhileItsGoodsAreOut() async throws {
        try await withWorkingStage { stage in
            let (moment, day) = (Self.moment(), try Self.day(Self.moment()))
            let goods = [Payload.line("1", "100.00", "2", #""product_id": 501, "store_id": 1"#)]
            for (order, more) in [(31, ""), (32, #", "stock_effect": "none""#)] {
                stage.place(order: order, price: "200.00")
                let refund = """
                    { "v": 1, "order": { "id": \(order) }, "payment": { "id": "\(order)" }, "refund": { "id": "r" }\(more) }
                    """
                for (kind, payload) in [
                    (
                        "order.paid",
                        Payload.paid(
                            order: order, payment: "\(order)", sum: "200.00", settlement: "full_prepayment", goods)
                    ), ("order.shipped", Payload.shipped(order: order, shipment: "\(order)", goods)),
                    ("payment.refunded", refund),
                ] {
                    let event = try await stage.insert(kind, key: "\(kind):\(order)", order: order, at: moment, payload)
                    #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                }
            }
            try await Console.open(stage) { console in
                func found(expecting status: Int32) async throws -> [AnyJSON?] {
                    let answer = try await console.json(
                        AnyJSON.self, "receipts", "reconcile", "--shop", "main", "--from", day, "--offline",
                        expecting: status)
                    return (0..<(answer["discrepancies"]?.count ?? 0)).map { answer["discrepancies"]?[$0] }
                }
                // The other one says that its goods stay with the buyer.
                let named = try await found(expecting: 1)
                #expect(named.map { $0?["kind"] } == [.text("unreturned")])
                #expect(named.map { $0?["order"] } == [.text("31")])
                try await stage.insert(
                    "shipment.undone", key: "undone", order: 31,
                    #"{ "v": 1, "order": { "id": 31 }, "shipment": { "id": "31" } }"#)
                try await stage.settled()
                #expect(try await found(expecting: 0).isEmpty)
            }
        }
    }

    /// Left for a buyer who has not paid, and nobody told: a sale on credit without a receipt.
    @Test func anUnpaidOrderThatWasShippedInSilenceIsFound() async throws {
        try await withWorkingStage([ShopSpec(more: ["reconcile: { pay_systems: \"3\" }"])]) { stage in
            let moment = Self.moment(hoursAgo: 2)
            let (first, last) = (try Self.day(moment), try Self.day(Self.moment()))
            let left = moment.microsecondsSince1970 / 1_000_000 + 60
            func seed(_ id: Int, isPaid: Bool = false, deductedAt: Int64?) -> OrderSeed {
                OrderSeed(
                    id: id, price: "100.00", isPaid: isPaid, properties: ["EMAIL": Sample.email], delivery: "0",
                    deductedAt: deductedAt)
            }
            // 21 is silent; 22 is paid elsewhere, 23 not gone, 24 gone before the shop told of anything, 25 told of.
            stage.sandbox.createOrders(
                [
                    seed(21, deductedAt: left), seed(22, isPaid: true, deductedAt: left), seed(23, deductedAt: nil),
                    seed(24, deductedAt: left - 600), seed(25, deductedAt: left),
                ], in: "main")
            stage.place(order: 1, price: "100.00")
            let paid = try await stage.insert(
                "order.paid", key: "1", order: 1, at: moment,
                Payload.paid(order: 1, payment: "1", sum: "100.00", Self.lines))
            #expect(try await stage.fate(of: paid) == .ended("fiscalised"))
            let shipped = try await stage.insert(
                "order.shipped", key: "2", order: 25, at: moment,
                Payload.shipped(order: 25, shipment: "5", Self.lines, #""customer": \#(Sample.customer)"#))
            #expect(try await stage.fate(of: shipped) == .ended("fiscalised"))
            try await Console.open(stage, [ShopSpec(more: ["reconcile: { pay_systems: \"3\" }"])]) { console in
                func silent(_ arguments: String...) async throws -> [AnyJSON?] {
                    let result = try await Program.run(
                        ["receipts", "reconcile", "--shop", "main", "--from", first, "--to", last, "--format", "json"]
                            + arguments + ["--config", console.configuration])
                    let answer = try JSONDecoder().decode(AnyJSON.self, from: Data(result.output.utf8))
                    let found = (0..<(answer["discrepancies"]?.count ?? 0)).compactMap { answer["discrepancies"]?[$0] }
                    #expect(found.allSatisfy { $0["kind"] == .text("unreported") })
                    return found.map { $0["order"] }
                }
                let (found, early) = (try await silent("--unpaid-days", "0"), try await silent())
                let offline = try await silent("--unpaid-days", "0", "--offline")
                #expect(found == [.text("21")])
                #expect(early == [])
                #expect(offline == [])
            }
            // Paid through a pay system that is none of ours: nobody is to tell us of it.
            try await Console.open(stage, [ShopSpec(more: ["reconcile: { pay_systems: \"7 8\" }"])]) { console in
                _ = try await console.run(
                    "receipts", "reconcile", "--shop", "main", "--from", first, "--to", last, "--unpaid-days", "0")
            }
        }
    }
}
