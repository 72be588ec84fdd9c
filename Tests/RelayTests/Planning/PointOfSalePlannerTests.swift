import Fiscal
import Relay
import Testing

@Suite("Receipts of a point of sale")
struct PointOfSalePlannerTests {
    private let lines = [Payload.line("1", "590.00", "2"), Payload.line("2", "100.00")]

    @Test("A sale is a full payment under the settlement of its transaction")
    func sale() throws {
        var books = Books(try TestShop.settings())
        let plan = try books.keep(
            books.plan(
                pointOfSale: Payload.pointOfSale(
                    "T1", lines, more: #""means": "cash", "customer": { "email": "a@b.ru" }"#)))
        #expect(plan.map(\.settlementKey.description) == ["pos:T1"])
        #expect(
            plan.map(\.document.body.summary) == [
                """
                sell osn 1280.00 [cash 1280.00]
                1: 590.00 × 2 = 1180.00 vat22 full_payment
                2: 100.00 × 1 = 100.00 vat22 full_payment
                """
            ])
        #expect(plan.first?.orderID == nil)
    }

    @Test("A refund returns lines of its sale, a cancel all that is left")
    func backOfKnownSale() throws {
        var books = Books(try TestShop.settings())
        try books.keep(books.plan(pointOfSale: Payload.pointOfSale("T1", lines)))
        let refund = try books.keep(
            books.plan(
                pointOfSale: Payload.pointOfSale(
                    "R1", "refund", of: "T1", [#"{ "id": "1", "quantity": "1" }"#], more: "")))
        #expect(refund.map(\.settlementKey.description) == ["pos:R1"])
        #expect(refund.map(\.document.body.total.description) == ["590.00"])
        #expect(refund.map(\.document.body.type) == [.sellReturn])
        #expect(refund.map(\.originalExternalID) == ["r1"])
        // Customer and means are the sale's.
        #expect(refund.first?.document.buyer.contact.email != nil)
        let cancel = try books.keep(books.plan(pointOfSale: Payload.pointOfSale("C1", "cancel", of: "T1", more: "")))
        #expect(cancel.map(\.document.body.total.description) == ["690.00"])
        #expect(
            try books.plan(pointOfSale: Payload.pointOfSale("C2", "cancel", of: "T1", more: ""))
                == .nothingDue("nothing_left"))
        #expect(
            faults { _ = try books.plan(pointOfSale: Payload.pointOfSale("R2", "refund", of: "T1", more: "")) } == [
                "amount_mismatch refund.sum"
            ])
    }

    @Test("Before its sale a cancel settles nothing, and so does the sale that comes then")
    func cancelFirst() throws {
        let books = Books(try TestShop.settings())
        #expect(
            try books.plan(pointOfSale: Payload.pointOfSale("C1", "cancel", of: "T1", more: ""))
                == .nothingDue("cancelled_before_receipt"))
        #expect(
            try books.plan(pointOfSale: Payload.pointOfSale("T1", lines), .init(cancelledBy: "C1"))
                == .nothingDue("cancelled"))
    }

    @Test("Before its sale a refund is built of its own lines, and counts when the sale is there")
    func refundFirst() throws {
        var books = Books(try TestShop.settings())
        let refund = try books.keep(books.plan(pointOfSale: Payload.pointOfSale("R1", "refund", of: "T1", [lines[0]])))
        #expect(refund.map(\.document.body.type) == [.sellReturn])
        #expect(refund.map(\.document.body.total.description) == ["1180.00"])
        try books.keep(books.plan(pointOfSale: Payload.pointOfSale("T1", lines)))
        #expect(books.ledger.left(ofPayment: PosTransaction.payment(of: "T1")) == 10_000)
        // Without goods there is nothing to build from.
        #expect(
            faults { _ = try books.plan(pointOfSale: Payload.pointOfSale("R2", "refund", of: "T9", more: "")) } == [
                "original_missing"
            ])
        // A sale that we know and that has no receipt yet comes first.
        #expect(
            faults {
                _ = try books.plan(
                    pointOfSale: Payload.pointOfSale("R3", "refund", of: "T8", [lines[0]]),
                    .init(unreceiptedOriginal: 17))
            } == ["original_missing"])
    }

    @Test("Every fault is told with its field")
    func allFaults() throws {
        let books = Books(try TestShop.settings())
        let payload = Payload.pointOfSale(
            "T1", [Payload.line("1", "-1"), Payload.line("2", "1", vat: "\"0\"")],
            more: #""sum": "5.00", "means": "credit""#)
        #expect(
            Set(faults { _ = try books.plan(pointOfSale: payload) }) == [
                "price_negative items[0].price", "vat_ambiguous items[1].vat_rate", "value_unknown means",
                "contact_invalid customer",
            ])
        #expect(
            faults {
                _ = try books.plan(
                    pointOfSale: Payload.pointOfSale(
                        "T1", lines, more: #""sum": "5.00", "customer": { "email": "a@b.ru" }"#))
            }
                == ["amount_mismatch sum"])
        #expect(
            faults { _ = try PosTransaction(payload: Payload.pointOfSale("shipment:1", lines)) } == [
                "value_unknown transaction_id"
            ])
        #expect(
            faults { _ = try PosTransaction(payload: Payload.pointOfSale("C", "cancel")) } == [
                "value_missing original_transaction_id"
            ])
        #expect(
            faults { _ = try PosTransaction(payload: #"{ "v": 1, "transaction_id": "T", "items": [] }"#) } == [
                "value_missing fiscalized_by"
            ])
    }

    @Test("A printed receipt is put on record with its lines, or with its sum alone where they do not come to it")
    func printed() throws {
        let books = Books(try TestShop.settings())
        func record(_ payload: String) throws -> PlannedReceipt {
            try PointOfSalePlanner.printed(try PosTransaction(payload: payload), books.context())
        }
        let signs = #""fiscal": { "fn": "9960440300000123", "fd": "1207", "fpd": "352220716" }"#
        let whole = try record(Payload.pointOfSale("T1", lines, by: "terminal", more: "\(signs), \"sum\": \"1280.00\""))
        #expect(whole.document.body.items.count == 2)
        let bare = try record(Payload.pointOfSale("T1", lines, by: "terminal", more: "\(signs), \"sum\": \"1279.00\""))
        #expect(bare.document.body.items.isEmpty)
        #expect(bare.document.body.total.description == "1279.00")
        let back = try record(Payload.pointOfSale("R1", "refund", of: "T1", [lines[0]], by: "terminal", more: signs))
        #expect(back.document.body.type == .sellReturn)
        #expect(back.paymentID == "pos:T1")
        #expect(try PosTransaction(payload: Payload.pointOfSale("T1", lines, more: signs)).isPrinted)
        #expect(try PosTransaction(payload: Payload.pointOfSale("T1", lines, by: "terminal", more: "")).isPrinted)
        let silent = #""v": 1, "transaction_id": "T1", "items": [{ "product_id": 501, "quantity": "1" }]"#
        #expect(PosTransaction.isLeftToTerminal(payload: #"{ \#(silent), "fiscalized_by": "terminal" }"#))
        #expect(
            PosTransaction.isLeftToTerminal(payload: #"{ \#(silent), "fiscalized_by": "terminal", "fiscal": null }"#))
        #expect(!PosTransaction.isLeftToTerminal(payload: #"{ \#(silent), "fiscalized_by": "cloud" }"#))
        #expect(
            !PosTransaction.isLeftToTerminal(payload: #"{ \#(silent), "fiscalized_by": "terminal", "fiscal": {} }"#))
    }
}
