import Fiscal
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// Stock moves once, from the event to the ledger and on to the portal.
@Suite(.timeLimit(.minutes(10)))
struct StockTests {
    @Test(.database) func aSaleInTheCloudMovesStockAndGetsItsReceipt() async throws {
        try await withWorkingStage { stage in
            let event = try await stage.sell("T1", [("501", "2"), ("502", "0.125")])
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            #expect(try await stage.levels() == ["1/501 -2", "1/502 -0.125"])
            let receipts = try await stage.receipts(of: event)
            #expect(receipts.map(\.settlementKey) == ["pos:T1"])
            #expect(try await stage.openAlarms().contains("stock_negative:main"))
            // The same transaction under another key is no news; with another content it is for a person.
            let again = try await stage.sell("T1", [("501", "2"), ("502", "0.125")], key: "again")
            #expect(try await stage.fate(of: again) == .ended("repeated"))
            let other = try await stage.sell("T1", [("501", "3")], key: "other")
            #expect(try await stage.fate(of: other) == .dead("already_receipted"))
            #expect(try await stage.levels() == ["1/501 -2", "1/502 -0.125"])
            #expect(try await stage.openAlarms().contains("stock_fault:main"))
        }
    }

    @Test(.database) func aReceiptOfTheTerminalIsRecordedAndShownAndNeverPrintedAgain() async throws {
        try await withWorkingStage { stage in
            stage.place(order: 1001, price: "100.00", in: "main")
            let signs = #""fiscal": { "fn": "9960440300000123", "fd": "1207", "fpd": "352220716" }"#
            let event = try await stage.sell("T1", [("501", "1")], by: "terminal", order: 1001, signs)
            #expect(try await stage.fate(of: event) == .ended("recorded"))
            let receipt = try #require(try await stage.receipts(of: event).first)
            #expect(receipt.provider == "terminal")
            #expect(receipt.fd == "1207")
            try await eventually { try await stage.writeback(of: 1001) == "written" }
            #expect(stage.sandbox.receipts().isEmpty)
            // The cloud is asked for the same settlement: a person decides, nothing is printed.
            let rival = try await stage.sell("T1", [("501", "1")], key: "rival")
            #expect(try await stage.fate(of: rival) == .dead("already_receipted"))
            let silent = try await stage.sell("T2", [("501", "1")], by: "terminal")
            #expect(try await stage.fate(of: silent) == .ended("left_to_terminal"))
            #expect(try await stage.levels() == ["1/501 -2"])
        }
    }

    @Test(.database) func aReceiptThatCannotBeBuiltStopsNoStock() async throws {
        try await withWorkingStage { stage in
            // No VAT rate, no customer, and a line without a product.
            let bad = #"{ "id": "9", "name": "x", "price": "1", "quantity": "1" }"#
            let event = try await stage.sell("T1", [("501", "2")], raw: [bad], customer: "{}", vat: nil)
            #expect(try await stage.fate(of: event) == .dead("value_missing"))
            #expect(try await stage.levels() == ["1/501 -2"])
            #expect(
                try await stage.texts("SELECT code || ' ' || place FROM fiscal.stock_fault") == ["product_missing 2"])
            // Its lane is held; the stock of what waits behind it moves all the same.
            let cancel = try await stage.takeBack("C1", of: "T1", "cancel")
            try await eventually { try await stage.state(of: cancel) == "waiting" }
            try await stage.lookAhead()
            try await eventually { try await stage.levels() == ["1/501 0"] }
            // In its turn nothing moves again.
            try await stage.release(event)
            #expect(try await stage.fate(of: cancel) == .ended("cancelled_before_receipt"))
            #expect(try await stage.levels() == ["1/501 0"])
        }
    }

    @Test(.database) func refundsAndCancelsGiveBackMoneyAndGoods() async throws {
        try await withWorkingStage { stage in
            let sale = try await stage.sell("T1", [("501", "3"), ("502", "1")])
            let refund = try await stage.takeBack(
                "R1", of: "T1", "refund", items: #"[{ "id": "501", "quantity": "1" }]"#)
            let cancel = try await stage.takeBack("C1", of: "T1", "cancel")
            let late = try await stage.takeBack("C2", of: "T1", "cancel")
            #expect(try await stage.fate(of: sale) == .ended("fiscalised"))
            #expect(try await stage.fate(of: refund) == .ended("fiscalised"))
            #expect(try await stage.fate(of: cancel) == .ended("fiscalised"))
            #expect(try await stage.fate(of: late) == .ended("nothing_left"))
            #expect(try await stage.levels() == ["1/501 0", "1/502 0"])
            #expect(try await stage.receipts(of: refund).map(\.total.description) == ["100.00"])
            #expect(try await stage.receipts(of: cancel).map(\.total.description) == ["300.00"])
            #expect(try await stage.openAlarms().isEmpty)
        }
    }

    @Test(.database) func aRefundBeyondWhatLeftSaysEachProduct() async throws {
        try await withWorkingStage { stage in
            try await stage.sell("T1", [("501", "1"), ("502", "1")], by: "terminal")
            try await stage.takeBack(
                "R1", of: "T1", "refund",
                items: #"[{ "id": "501", "quantity": "3" }, { "id": "502", "quantity": "2.5" }]"#,
                by: "terminal")
            try await eventually { try await stage.levels() == ["1/501 0", "1/502 0"] }
            let faults = try await stage.texts("SELECT message FROM fiscal.stock_fault")
            #expect(faults.count == 1)
            #expect(faults.first?.contains("product 501 than left with T1: 2 was taken off again") == true)
            #expect(faults.first?.contains("product 502 than left with T1: 1.5 was taken off again") == true)
        }
    }

    @Test(.database) func shipmentsMoveStockEachTimeTheyLeave() async throws {
        try await withWorkingStage([ShopSpec(more: [#"stock: { default_store: "4" }"#])]) { stage in
            let line = Payload.line("77", "100.00", "2", #""product_id": 501"#)
            func ship(_ minute: Int) -> String {
                """
                { "v": 1, "order": { "id": 1001 }, "customer": \(Sample.customer), "items": [\(line)],
                  "shipment": { "id": "7", "shipped_at": "2026-11-21T12:0\(minute):00Z" } }
                """
            }
            let undone =
                #"{ "v": 1, "order": { "id": 1001 }, "shipment": { "id": 7, "undone_at": "2026-11-21T12:03:00Z" } }"#
            let cancelled = #"{ "v": 1, "order": { "id": 1001 }, "cancelled_at": "2026-11-21T12:07:00Z" }"#
            try await stage.insert("order.shipped", key: "s1", order: 1001, ship(1))
            let first = try await stage.insert("shipment.undone", key: "u1", order: 1001, undone)
            #expect(try await stage.fate(of: first) == .ended("recorded"))
            #expect(try await stage.levels() == ["4/501 0"])
            let again = try await stage.insert("order.shipped", key: "s1 again", ship(1))
            #expect(try await stage.fate(of: again) == .ended("repeated"))
            #expect(try await stage.levels() == ["4/501 0"])
            let second = try await stage.insert("order.shipped", key: "s2", order: 1001, ship(5))
            #expect(try await stage.fate(of: second) == .ended("repeated"))
            #expect(try await stage.levels() == ["4/501 -2"])
            let end = try await stage.insert("order.cancelled", key: "c1", order: 1001, cancelled)
            #expect(try await stage.fate(of: end) == .ended("recorded"))
            #expect(try await stage.levels() == ["4/501 0"])
        }
    }

    /// What was prepaid is offset once, however often the parcel leaves. Whatever says something else is for a person.
    @Test(.database) func aShipmentThatLeavesAnewIsClosedOnce() async throws {
        try await withWorkingStage([ShopSpec(more: [#"stock: { default_store: "4" }"#])]) { stage in
            func ship(_ minute: Int, _ quantity: String, paidNow: String = "0") -> String {
                Payload.shipped(
                    shipment: #"7", "shipped_at": "2026-11-21T12:0\#(minute):00Z"#, paidNow: paidNow,
                    [Payload.line("77", "100.00", quantity, #""product_id": 501"#)])
            }
            let paid = try await stage.pay(
                sum: "200.00", settlement: "full_prepayment", [Payload.line("77", "100.00", "2", #""product_id": 501"#)]
            )
            #expect(try await stage.fate(of: paid) == .ended("fiscalised"))
            let first = try await stage.insert("order.shipped", key: "s1", order: 1001, ship(1, "2"))
            #expect(try await stage.fate(of: first) == .ended("fiscalised"))
            try await stage.insert(
                "shipment.undone", key: "u1", order: 1001,
                #"{ "v": 1, "order": { "id": 1001 }, "shipment": { "id": "7", "undone_at": "2026-11-21T12:03:00Z" } }"#)
            let second = try await stage.insert("order.shipped", key: "s2", order: 1001, ship(5, "2"))
            #expect(try await stage.fate(of: second) == .ended("repeated"))
            #expect(try await stage.levels() == ["4/501 -2"])
            #expect(stage.sandbox.summary().cloudKassir.fiscalised == 2)
            let other = try await stage.insert("order.shipped", key: "s3", order: 1001, ship(6, "1"))
            #expect(try await stage.fate(of: other) == .dead("already_receipted"))
            // The dead letter says what is to be done.
            #expect(try await stage.reason(of: other).contains("write a payment.refunded of the lines that were not"))
            #expect(stage.sandbox.summary().cloudKassir.fiscalised == 2)
        }
    }

    /// Goods came back and money with them, and the till tells of the sale only later.
    @Test(.database) func aRefundWithoutLinesBeforeItsSaleSettlesItself() async throws {
        try await withWorkingStage { stage in
            let refund = try await stage.takeBack("R1", of: "T1", "refund")
            #expect(try await stage.fate(of: refund) == .dead("original_missing"))
            let sale = try await stage.sell("T1", [("501", "2")])
            try await eventually { try await stage.state(of: sale) == "waiting" }
            try await stage.settleEarlyRefunds()
            #expect(try await stage.fate(of: sale) == .ended("fiscalised"))
            try await stage.settleEarlyRefunds()
            #expect(try await stage.fate(of: refund, ignoring: "original_missing") == .ended("fiscalised"))
            #expect(try await stage.receipts(of: refund).map(\.total.description) == ["200.00"])
            #expect(try await stage.levels() == ["1/501 0"])
            #expect(
                try await stage.texts("SELECT action || ' ' || who FROM fiscal.operator_action ORDER BY at")
                    == ["release worker: pos", "replay worker: pos"])
        }
    }
}

extension Stage {
    /// A sale at a point of sale: products of store 1 with their quantities, 100.00 a piece.
    @discardableResult
    func sell(
        _ transaction: String, _ goods: [(product: String, quantity: String)], key: String? = nil,
        by fiscaliser: String = "cloud", order: Int? = nil, raw: [String] = [], customer: String = Sample.customer,
        vat: String? = #""0.22""#, _ more: String = ""
    ) async throws -> Int64 {
        let lines = goods.map { product, quantity in
            #"{ "id": "\#(product)", "product_id": "\#(product)", "name": "Товар", "price": "100.00", "quantity": "\#(quantity)", "measure_code": 166"#
                + (vat.map { #", "vat_rate": \#($0)"# } ?? "") + " }"
        }
        let named = order.map { #", "order": { "id": \#($0) }"# } ?? ""
        return try await insert(
            "pos.transaction", key: key ?? "pos:\(transaction)", order: order, subject: "pos:\(transaction)",
            """
            { "v": 1, "transaction_id": "\(transaction)", "type": "sale", "store_id": 1, "fiscalized_by": "\(fiscaliser)",
              "customer": \(customer)\(named)\(more.isEmpty ? "" : ", " + more), "items": [\((lines + raw).joined(separator: ", "))] }
            """)
    }

    /// A refund or a cancel of a sale, in its lane.
    @discardableResult
    func takeBack(
        _ transaction: String, of original: String, _ type: String, items: String? = nil,
        by fiscaliser: String = "cloud"
    ) async throws -> Int64 {
        try await insert(
            "pos.transaction", key: "pos:\(transaction)", subject: "pos:\(original)",
            """
            { "v": 1, "transaction_id": "\(transaction)", "type": "\(type)", "original_transaction_id": "\(original)",
              "fiscalized_by": "\(fiscaliser)"\(items.map { #", "items": \#($0)"# } ?? "") }
            """)
    }

    /// All levels as `store/product quantity`.
    func levels() async throws -> [String] {
        try await texts(
            """
            SELECT store_id || '/' || product_id || ' ' || trim_scale(quantity) FROM fiscal.stock_level
            ORDER BY store_id, product_id
            """)
    }

    /// The fleet's look for refunds that came before their sale, now.
    func settleEarlyRefunds() async throws {
        try await texts(
            """
            SELECT fiscal.spawn(ARRAY[NULL::bigint], ARRAY[''], ARRAY['pos.early'], ARRAY['pos.early'], ARRAY['local'],
                                ARRAY['settle'], ARRAY[0], ARRAY[NULL::text], ARRAY[0::bigint], ARRAY[false])::text
            """)
    }

    /// The fleet's look for events that wait with their stock not moved, now.
    func lookAhead() async throws {
        try await texts(
            """
            SELECT fiscal.spawn(ARRAY[NULL::bigint], ARRAY[''], ARRAY['stock.ahead'], ARRAY['stock.ahead'], ARRAY['local'],
                                ARRAY['stock'], ARRAY[0], ARRAY[NULL::text], ARRAY[0::bigint], ARRAY[false])::text
            """)
    }
}
