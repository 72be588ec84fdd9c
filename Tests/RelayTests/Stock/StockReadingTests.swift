import Fiscal
import Relay
import Testing

@Suite("What an event says about stock")
struct StockReadingTests {
    private func read(
        _ payload: String, kind: String = "pos.transaction", stock: String = "{ owner: bitrix }"
    ) throws -> [StockChange] {
        let yaml = """
            shops:
              main:
                company: { inn: "7712345671", sno: osn, email: shop@example.ru, payment_address: "https://shop.example.ru" }
                provider: { kind: none }
                bitrix: { webhook_url: "https://portal.example.ru/rest/1/code/" }
                stock: \(stock)
            """
        let settings = try #require(try RelayConfiguration(yaml: yaml, environment: [:]).shops["main"]).stock
        return StockReading(settings: settings, language: .english).changes(kind: kind, payload: payload, occurredAt: 7)
    }

    private func summary(_ changes: [StockChange]) -> [String] {
        changes.map { change in
            switch change {
            case .line(let line):
                "\(line.kind.rawValue) \(line.transaction)/\(line.line) of \(line.family ?? "its order"): \(line.store ?? "?") \(line.product ?? "?") \(line.quantity)"
                    + (line.isPushed ? " pushed" : "")
            case .cancel(let cancel):
                "cancel \(cancel.transaction) of \(cancel.family ?? cancel.order.map { "order \($0)" } ?? "?") until \(cancel.until.map(String.init) ?? "ever")"
            case .fault(let fault): "fault \(fault.code.rawValue) \(fault.place)"
            }
        }
    }

    @Test("Goods of a sale leave, exactly; a line's own store counts before the transaction's")
    func sale() throws {
        let payload = Payload.pointOfSale(
            "T1",
            [
                #"{ "id": "a", "product_id": 501, "quantity": "0.123456" }"#,
                #"{ "id": "b", "product_id": "502", "quantity": 0.1, "store_id": "7" }"#,
                #"{ "id": "s", "product_id": 9, "quantity": "1", "object": "service" }"#,
            ])
        #expect(
            summary(try read(payload, stock: "{ owner: divided }")) == [
                "sale T1/a of T1: 1 501 -0.123456 pushed", "sale T1/b of T1: 7 502 -0.1 pushed",
            ])
    }

    @Test("One bad line stops no other, and each is told with its place and field")
    func badLines() throws {
        let payload = Payload.pointOfSale(
            "T1",
            [
                #"{ "id": "a", "quantity": "1" }"#, #"{ "id": "b", "product_id": 1, "quantity": "-1" }"#,
                #"{ "id": "c", "product_id": 1, "quantity": "0.0000001" }"#, #"7"#,
                #"{ "product_id": 2, "quantity": "3" }"#, ##"{ "id": "#5", "product_id": 2, "quantity": "3" }"##,
                #"{ "id": "z", "product_id": 5, "quantity": "9999999999999999" }"#,
            ])
        let changes = try read(payload)
        #expect(
            summary(changes) == [
                "fault product_missing 1", "fault quantity_invalid 2", "fault quantity_invalid 3",
                "fault line_invalid 4",
                "sale T1/#5 of T1: 1 2 -3", "fault line_doubled 6", "fault quantity_invalid 7",
            ])
        guard case .fault(let fault) = changes[1] else { return }
        #expect(fault.message.hasPrefix("items[1].quantity: "))
    }

    @Test("A refund names its original; without lines, and as a cancel, all of it comes back")
    func back() throws {
        let line = #"{ "id": "a", "quantity": "1" }"#
        #expect(
            summary(try read(Payload.pointOfSale("R", "refund", of: "T", [line]))) == ["refund R/a of T: 1 ? 1"])
        #expect(summary(try read(Payload.pointOfSale("R", "refund", of: "T"))) == ["cancel R of T until ever"])
        #expect(summary(try read(Payload.pointOfSale("C", "cancel", of: "T", [line]))) == ["cancel C of T until ever"])
        #expect(summary(try read(Payload.pointOfSale("C", "cancel"))) == ["fault unreadable 0"])
        #expect(summary(try read(Payload.pointOfSale("R", "refund", [line]))) == ["refund R/a of R: 1 ? 1"])
    }

    @Test("What takes goods off elsewhere moves nothing; what cannot be read is told")
    func others() throws {
        let line = #"{ "id": "a", "product_id": 1, "quantity": "1" }"#
        #expect(try read(Payload.pointOfSale("T", [line], more: #""stock_effect": "none""#)).isEmpty)
        for payload in [
            "[]", "", #"{ "v": 2 }"#, #"{ "v": 1 }"#, Payload.pointOfSale("count:1", [line]),
            Payload.pointOfSale("refund:1:1", [line]),
        ] {
            #expect(summary(try read(payload)) == ["fault unreadable 0"])
        }
    }

    @Test("Lines of a refund say what comes back of an order; a refund without lines says nothing of goods")
    func refunds() throws {
        func refund(_ more: String) throws -> [String] {
            let payload = #"""
                { "v": 1, "order": { "id": 9 }, "payment": { "id": 5 },
                  "refund": { "id": "R", "refunded_at": "1970-01-01T00:00:11Z" }\#(more) }
                """#
            return summary(try read(payload, kind: "payment.refunded", stock: "{ owner: relay, default_store: 3 }"))
        }
        let line = #"{ "id": "a", "quantity": "1.5", "product_id": 7, "store_id": 8 }"#
        #expect(
            try refund(#", "items": [\#(line), { "id": "b", "quantity": "0" }]"#) == [
                "return refund:5:R/a of its order: ? ? 1.5 pushed", "fault quantity_invalid 2",
            ])
        #expect(try refund("").isEmpty)
        #expect(try refund(#", "items": []"#).isEmpty)
        #expect(
            try refund(#", "items": [\#(line)], "stock_effect": "none""#) == ["kept refund:5:R/a of its order: ? ? 1.5"]
        )
        #expect(try refund(#", "items": [\#(line)], "stock_effect": "stay""#) == ["fault unreadable 0"])
        #expect(try refund(#", "items": [{ "quantity": "1" }]"#) == ["fault line_invalid 1"])
        let nameless = #"{ "v": 1, "order": { "id": 9 }, "refund": { "id": "R" }, "items": [\#(line)] }"#
        #expect(summary(try read(nameless, kind: "payment.refunded")) == ["fault unreadable 0"])
        let orderless = #"{ "v": 1, "payment": { "id": 5 }, "refund": { "id": "R" }, "items": [\#(line)] }"#
        #expect(try read(orderless, kind: "payment.refunded").isEmpty)
    }

    @Test("A shipment is told from its next one by its moment, and undone up to a moment")
    func shipments() throws {
        let line = Payload.line("1", "5.00", "3", #""product_id": 501, "store_id": 2"#)
        let shipped = Payload.shipped([line, Payload.line("2", "1.00")], id: "7", at: "1970-01-01T00:00:09Z")
        #expect(
            summary(try read(shipped, kind: "order.shipped", stock: "{ owner: relay }")) == [
                "shipment shipment:7@9/1 of shipment:7: 2 501 -3 pushed", "fault product_missing 2",
            ])
        // Where nothing is pushed a line that names no product is no concern of ours.
        #expect(
            summary(try read(shipped, kind: "order.shipped")) == ["shipment shipment:7@9/1 of shipment:7: 2 501 -3"])
        let undone = #"{ "v": 1, "order": { "id": 5 }, "shipment": { "id": 7, "undone_at": "1970-01-01T00:00:11Z" } }"#
        #expect(
            summary(try read(undone, kind: "shipment.undone")) == ["cancel shipment:7:undone@11 of shipment:7 until 11"]
        )
        #expect(
            summary(try read(#"{ "v": 1, "order": { "id": 5 } }"#, kind: "order.cancelled")) == [
                "cancel order:5:cancelled@7 of order 5 until 7"
            ])
    }
}
