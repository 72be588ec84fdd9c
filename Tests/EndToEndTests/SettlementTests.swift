import Fiscal
import Relay
import Sandbox
import TestSupport
import Testing

/// Orders of several events: prepayments, hand-overs, refunds, corrections.
@Suite(.database, .timeLimit(.minutes(10)))
struct SettlementTests {
    private static let lines = [Payload.line("1", "100.00", "3"), Payload.line("2", "50.00")]
    private static let total = "350.00"

    private func refund(
        _ stage: Stage, _ id: String, payment: String = "5", sum: String? = nil, items: [(String, String)]? = nil
    ) async throws -> Int64 {
        try await stage.insert(
            "payment.refunded", key: "refund:\(id)", order: 1001,
            Payload.refunded(payment: payment, refund: id, sum: sum, items: items))
    }

    private func ship(
        _ stage: Stage, _ id: String, paidNow: String = "0", _ lines: [String]
    ) async throws -> Int64 {
        try await stage.insert(
            "order.shipped", key: "shipment:\(id)", order: 1001,
            Payload.shipped(shipment: id, paidNow: paidNow, lines))
    }

    @Test func aHandOverOffsetsThePrepayment() async throws {
        try await withWorkingStage { stage in
            let paid = try await stage.pay(sum: Self.total, settlement: "full_prepayment", Self.lines)
            let shipped = try await ship(stage, "1", Self.lines)
            #expect(try await stage.fate(of: paid) == .ended("fiscalised"))
            #expect(try await stage.fate(of: shipped) == .ended("fiscalised"))
            #expect(
                try await stage.documents(of: paid).map(\.summary) == [
                    """
                    sell osn 350 [2: 350]
                    Товар 1 100 × 3 = 300 vat122 full_prepayment
                    Товар 2 50 × 1 = 50 vat122 full_prepayment
                    """
                ])
            #expect(
                try await stage.documents(of: shipped).map(\.summary) == [
                    """
                    sell osn 350 [3: 350]
                    Товар 1 100 × 3 = 300 vat22 full_payment
                    Товар 2 50 × 1 = 50 vat22 full_payment
                    """
                ])
            #expect(try await stage.receipts(of: shipped).map(\.settlementKey) == ["shipment:1"])
            try await stage.settled()
            // The order shows the newest receipt of a sale.
            let closing = try #require(try await stage.receipts(of: shipped).first)
            #expect(stage.sandbox.properties(ofOrder: 1001)?["CLOUDKASSIR_FD"] == closing.fd)
        }
    }

    @Test func partialPrepaymentsAndTwoShipmentsComeOutEven() async throws {
        try await withWorkingStage { stage in
            var events = [
                try await stage.pay(
                    payment: "5", sum: "100.00", settlement: "prepayment", Self.lines, price: Self.total),
                try await stage.pay(
                    payment: "6", sum: "150.00", settlement: "prepayment", Self.lines, price: Self.total),
            ]
            events.append(try await ship(stage, "1", [Payload.line("1", "100.00", "2")]))
            events.append(
                try await ship(
                    stage, "2", paidNow: "100.00", [Payload.line("1", "100.00"), Payload.line("2", "50.00")]))
            for event in events { #expect(try await stage.fate(of: event) == .ended("fiscalised")) }
            var payments: [String] = []
            for event in events {
                payments += try await stage.documents(of: event).map { String($0.summary.prefix { $0 != "\n" }) }
            }
            #expect(
                payments == [
                    "sell osn 100 [2: 100]", "sell osn 150 [2: 150]", "sell osn 200 [3: 200]",
                    "sell osn 150 [2: 100, 3: 50]",
                ])
        }
    }

    @Test(arguments: [false, true]) func aRefundTakesBackWhatWasReceipted(handedOver: Bool) async throws {
        try await withWorkingStage { stage in
            let paid = try await stage.pay(sum: Self.total, settlement: "full_prepayment", Self.lines)
            var original = paid
            if handedOver { original = try await ship(stage, "1", Self.lines) }
            let refunded = try await refund(stage, "1", sum: Self.total)
            #expect(try await stage.fate(of: refunded) == .ended("fiscalised"))
            let (vat, method) = handedOver ? ("vat22", "full_payment") : ("vat122", "full_prepayment")
            #expect(
                try await stage.documents(of: refunded).map(\.summary) == [
                    """
                    sell_return osn 350 [2: 350]
                    Товар 1 100 × 3 = 300 \(vat) \(method)
                    Товар 2 50 × 1 = 50 \(vat) \(method)
                    """
                ])
            let receipt = try #require(try await stage.receipts(of: refunded).first)
            #expect(receipt.settlementKey == "payment:5:out:1")
            #expect(try await stage.receipts(of: original).map(\.externalID) == [receipt.originalExternalID])
            // A return is not what the order shows.
            try await stage.settled()
            let sale = try #require(try await stage.receipts(of: original).first)
            #expect(stage.sandbox.properties(ofOrder: 1001)?["CLOUDKASSIR_FD"] == sale.fd)
        }
    }

    @Test func refundsInPartsEndWhenNothingIsLeft() async throws {
        try await withWorkingStage { stage in
            try await stage.pay(sum: Self.total, Self.lines)
            let parts = [
                try await refund(stage, "1", items: [("1", "1")]),
                try await refund(stage, "2", sum: "200.00", items: [("1", "2")]),
                try await refund(stage, "3"),
            ]
            for part in parts { #expect(try await stage.fate(of: part) == .ended("fiscalised")) }
            var totals: [String] = []
            for part in parts { totals += try await stage.receipts(of: part).map(\.total.description) }
            #expect(totals == ["100.00", "200.00", "50.00"])
            let tooMuch = try await refund(stage, "4", sum: "0.01")
            #expect(try await stage.fate(of: tooMuch) == .dead("amount_mismatch"))
            #expect(try await stage.reason(of: tooMuch).contains("refund.sum"))
            #expect(try await stage.receipts(of: tooMuch).isEmpty)
        }
    }

    @Test func aRefundOfWhatWasNeverSoldWaitsForAPerson() async throws {
        try await withWorkingStage { stage in
            let refunded = try await refund(stage, "1", payment: "404", sum: "1.00")
            #expect(try await stage.fate(of: refunded) == .dead("original_missing"))
        }
    }

    @Test func aDoubledReceiptIsTakenBackByACorrection() async throws {
        try await withWorkingStage { stage in
            let paid = try await stage.pay(sum: Self.total, Self.lines)
            #expect(try await stage.fate(of: paid) == .ended("fiscalised"))
            let doubled = try #require(try await stage.receipts(of: paid).first)
            let event = try await stage.insert(
                "receipt.correction", key: "correction:1", order: 1001,
                Payload.correction("duplicate", receipt: doubled.externalID))
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            let sent = try await stage.documents(of: event)
            #expect(sent.map { String($0.summary.prefix { $0 != "\n" }) } == ["sell_return osn 350 [2: 350]"])
            #expect(sent.first?.receipt.props == doubled.fpd)
            // It is done once, however often it is asked for.
            let again = try await stage.insert(
                "receipt.correction", key: "correction:2", order: 1001,
                Payload.correction("duplicate", receipt: doubled.externalID))
            #expect(try await stage.fate(of: again) == .dead("already_receipted"))
        }
    }

    @Test func aMissedSaleIsMadeUpByACorrection() async throws {
        try await withWorkingStage { stage in
            stage.place(order: 1001, price: Self.total)
            let right = Payload.paid(sum: Self.total, Self.lines)
            let event = try await stage.insert(
                "receipt.correction", key: "correction:1", order: 1001, Payload.correction("missed", right: right))
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            let sent = try #require(try await stage.documents(of: event).first)
            #expect(sent.type == "sell_correction")
            #expect(sent.path == "/receipts/correction")
            #expect(sent.correction?.type == "self")
            #expect(sent.correction?.baseDate == "05.03.2026")
            #expect("\(sent.receipt.total)" == "350")
            try await stage.settled()
            #expect(try await stage.writeback(of: 1001) == "written")
            // What was made up is settled: the payment, told again, is not receipted once more.
            let late = try await stage.pay(sum: Self.total, Self.lines)
            #expect(try await stage.fate(of: late) == .dead("already_receipted"))
        }
    }

    @Test func receiptsOfSeveralTaxSystemsGoOneAfterAnother() async throws {
        try await withWorkingStage([ShopSpec(taxSystem: "usn_income")]) { stage in
            stage.sandbox.faults.order(FaultRule(.wait(polls: 1), service: .cloudKassir, method: "POST"))
            let lines = [
                Payload.line("1", "100.00", vat: "null"),
                Payload.line("2", "200.00", vat: "null", #""sno": "usn_income_outcome""#),
            ]
            let event = try await stage.pay(sum: "300.00", lines, price: "200.00")
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            let receipts = try await stage.receipts(of: event)
            #expect(receipts.map(\.part) == [1, 2])
            #expect(receipts.map(\.externalID) == ["main/payment:5:paid:1/1.1", "main/payment:5:paid:1/2.1"])
            #expect(receipts.map(\.settlementKey) == ["payment:5:in:1", "payment:5:in:1"])
            let sent = try await stage.documents(of: event)
            #expect(
                sent.map(\.summary) == [
                    "sell usn_income 100 [2: 100]\nТовар 1 100 × 1 = 100 none full_payment",
                    "sell usn_income_outcome 200 [2: 200]\nТовар 2 200 × 1 = 200 none full_payment",
                ])
            // The second was sent only after the first had its fiscal signs.
            #expect(
                try await stage.number(
                    """
                    SELECT count(*) FROM fiscal.receipt a JOIN fiscal.receipt b USING (event_id)
                    WHERE a.part = 1 AND b.part = 2 AND a.closed_at <= b.submitted_at
                    """) == 1)
        }
    }

    @Test func shadowModeBuildsEverythingAndSendsNothing() async throws {
        try await withWorkingStage([ShopSpec(account: nil)]) { stage in
            let paid = try await stage.pay(sum: Self.total, settlement: "full_prepayment", Self.lines)
            let shipped = try await ship(stage, "1", Self.lines)
            let refunded = try await refund(stage, "1", sum: Self.total)
            for event in [paid, shipped, refunded] { #expect(try await stage.fate(of: event) == .ended("shadow")) }
            var summaries: [String] = []
            for event in [paid, shipped, refunded] {
                let receipts = try await stage.receipts(of: event)
                #expect(receipts.map(\.state) == [.shadow])
                summaries += receipts.map { "\($0.type.rawValue) \($0.total) \($0.document.body.payments.prepaid)" }
            }
            #expect(summaries == ["sell 350.00 0.00", "sell 350.00 350.00", "sell_return 350.00 0.00"])
            let wrong = try await stage.pay(order: 7, payment: "7", sum: "1.00", Self.lines)
            #expect(try await stage.fate(of: wrong) == .dead("amount_mismatch"))
            #expect(stage.sandbox.summary().cloudKassir.accepted == 0)
            #expect(stage.sandbox.calls().isEmpty)
        }
    }

    @Test func aRefundGoesToTheProviderThatIssuedTheSale() async throws {
        try await withStage(accounts: ["old", "new"].map(ShopSpec.account)) { stage in
            let sale = try await stage.working([ShopSpec(account: "old")]) { _ async throws in
                let sale = try await stage.pay(sum: Self.total, Self.lines)
                #expect(try await stage.fate(of: sale) == .ended("fiscalised"))
                try await stage.settled()
                return sale
            }
            // The old account is gone from the settings: the refund says so instead of going to the wrong one.
            let refunded = try await refund(stage, "1", sum: Self.total)
            try await stage.working([ShopSpec(account: "new")]) { _ async throws in
                #expect(try await stage.fate(of: refunded) == .dead("provider_unknown"))
                #expect(try await stage.reason(of: refunded).contains("former_providers"))
                let next = try await stage.pay(order: 1002, payment: "6", sum: Self.total, Self.lines)
                #expect(try await stage.fate(of: next) == .ended("fiscalised"))
                #expect(try await stage.documents(of: next).map(\.account) == ["new"])
            }
            try await stage.working([ShopSpec(account: "new", former: ["old"])]) { _ async throws in
                #expect(try await stage.replay(refunded) == .done)
                #expect(try await stage.fate(of: refunded) == .ended("fiscalised"))
                #expect(try await stage.documents(of: refunded).map(\.account) == ["old"])
                #expect(try await stage.documents(of: sale).map(\.account) == ["old"])
            }
        }
    }

    @Test func aHandOverWaitsForAPrepaymentInFrontOfAPerson() async throws {
        try await withWorkingStage { stage in
            let paid = try await stage.pay(
                sum: Self.total, settlement: "full_prepayment", Self.lines, customer: #"{ "email": "" }"#)
            let shipped = try await ship(stage, "1", Self.lines)
            #expect(try await stage.fate(of: paid) == .dead("contact_invalid"))
            try await eventually { try await stage.state(of: shipped) == "waiting" }
            #expect(try await stage.reason(of: shipped) == "held by dead job \(paid) (contact_invalid)")
            #expect(
                try await stage.texts("SELECT reason_code FROM fiscal.job_listing WHERE id = \(shipped)") == ["held"])
            // Even let past, it makes no closing receipt of a prepayment that has none itself.
            try await stage.release(paid)
            #expect(try await stage.fate(of: shipped) == .dead("prepayment_not_receipted"))
            #expect(try await stage.reason(of: shipped).contains("\(paid)"))
        }
    }

    @Test func aPlanThatChangedUnderAPrintedReceiptIsForAPerson() async throws {
        try await withStage { stage in
            let lines = [
                Payload.line("1", "100.00", vat: "null"),
                Payload.line("2", "200.00", vat: "null", #""sno": "usn_income_outcome""#),
            ]
            let before = ShopSpec(taxSystem: "usn_income")
            let event = try await stage.working([before]) { _ async throws in
                // The second receipt fails for good, after the first has been printed.
                stage.sandbox.faults.order(
                    FaultRule(
                        .fail(code: "7", message: "bad", passing: false), service: .cloudKassir, method: "POST",
                        externalID: "main/payment:5:paid:1/2.1"))
                let event = try await stage.pay(sum: "300.00", lines, price: "300.00")
                guard case .dead = try await stage.fate(of: event) else {
                    Issue.record("the second receipt was printed")
                    return event
                }
                #expect(try await stage.receipts(of: event).map(\.state) == [.fiscalised, .refused])
                return event
            }
            // Under another tax system both lines belong on one receipt, and one of them is printed already.
            try await stage.working([ShopSpec(taxSystem: "usn_income_outcome")]) { _ async throws in
                #expect(try await stage.replay(event) == .done)
                #expect(try await stage.fate(of: event) == .dead("plan_changed"))
            }
            // With the old settings the next edition fits again.
            try await stage.working([before]) { _ async throws in
                #expect(try await stage.replay(event) == .done)
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            }
            #expect(stage.sandbox.summary().cloudKassir.fiscalised == 2)
        }
    }

    @Test func aRefundThatNamesOnlyItsPaymentFindsTheHandOverOfItsOrder() async throws {
        try await withWorkingStage { stage in
            let paid = try await stage.pay(sum: Self.total, settlement: "full_prepayment", Self.lines)
            #expect(try await stage.fate(of: paid) == .ended("fiscalised"))
            let shipped = try await ship(stage, "1", Self.lines)
            #expect(try await stage.fate(of: shipped) == .ended("fiscalised"))
            let event = try await stage.insert(
                "payment.refunded", key: "refund:9", subject: "order:1001",
                #"{ "v": 1, "payment": { "id": "5" }, "refund": { "id": "9", "sum": "\#(Self.total)" } }"#)
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            // What was handed over comes back as goods, not as a prepayment.
            let sent = try #require(try await stage.documents(of: event).first)
            #expect(sent.type == "sell_return")
            #expect(Set((sent.receipt.items ?? []).map(\.paymentMethod)) == ["full_payment"])
        }
    }
}
