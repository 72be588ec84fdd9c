import Bitrix
import JobQueue
import Relay
import Testing

@Suite("Owner of stock, and its documents")
struct StockSettingsTests {
    private func shop(_ name: String, stock: String, portal: String? = "https://portal.example.ru/rest/1/code/")
        -> String
    {
        """
          \(name):
            company: { inn: "7712345671", sno: osn, email: shop@example.ru, payment_address: "https://shop.example.ru" }
            provider: { kind: none }
            stock: \(stock)
        \(portal.map { "    bitrix: { webhook_url: \"\($0)\" }\n" } ?? "")
        """
    }

    private func faults(_ shops: String...) -> [String] {
        do {
            _ = try RelayConfiguration(yaml: "shops:\n" + shops.joined(separator: "\n"), environment: [:])
            return []
        } catch {
            return error.faults.map(\.key)
        }
    }

    @Test("One owner per portal, and only where there is one")
    func owners() {
        #expect(faults(shop("a", stock: "{ owner: relay }"), shop("b", stock: "{ owner: relay }")).isEmpty)
        #expect(
            faults(shop("a", stock: "{ owner: relay }"), shop("b", stock: "{ owner: bitrix }")) == [
                "shops.b.stock.owner"
            ])
        #expect(faults(shop("a", stock: "{ owner: relay }", portal: nil)) == ["shops.a.stock.owner"])
        #expect(faults(shop("a", stock: "{ owner: somebody }")) == ["shops.a.stock.owner"])
        #expect(faults(shop("a", stock: "{ document_lines: 0 }")) == ["shops.a.stock.document_lines"])
    }

    @Test("The owner says what is pushed")
    func pushes() throws {
        func settings(_ owner: String) throws -> StockSettings {
            let yaml = "shops:\n" + shop("a", stock: "{ owner: \(owner) }")
            return try #require(try RelayConfiguration(yaml: yaml, environment: [:]).shops["a"]).stock
        }
        #expect(try !settings("bitrix").pushes("pos.transaction"))
        #expect(try settings("relay").pushes("order.shipped"))
        #expect(try settings("divided").pushes("pos.transaction"))
        #expect(try !settings("divided").pushes("order.shipped"))
        // Ids of the portal are whole numbers; what is none is refused, and the rest goes on.
        let document = StockDocument(
            id: 1, store: "2", number: "FR-1", kind: .writeOff,
            lines: [.init(product: "501", quantity: "2.5"), .init(product: "tea", quantity: "1")])
        let (wanted, refused) = document.wanted(by: try settings("relay"))
        #expect(wanted?.lines == [.init(product: 501, amount: CatalogueAmount(millionths: 2_500_000))])
        #expect(refused.map(\.product) == ["tea"])
    }

    @Test("What the portal says of a document decides where its job goes")
    func decisions() {
        let document = StockDocument(id: 1, store: "2", number: "FR-1", kind: .writeOff, lines: [])
        func verdict(_ outcome: CatalogueDocumentReport.Outcome) -> Verdict {
            StockPushDecision.outcome(
                of: .init(outcome: outcome), document: document, shop: "main", effects: [], exchange: nil,
                next: .finish(outcome: "next")
            ).verdict
        }
        func fault(_ code: String, _ action: BitrixReaction.Action) -> CatalogueDocumentReport.Outcome {
            .failed(BitrixFault(code: code, message: "x", reaction: BitrixReaction(action), method: "m"))
        }
        #expect(verdict(.conducted(5, doubles: [])) == .finish(outcome: "next"))
        #expect(verdict(.empty) == .finish(outcome: "next"))
        #expect(verdict(.interrupted) == .handBack)
        if case .dead = verdict(.takenBack(5)) {} else { Issue.record("a person must look") }
        // Rights to stock that are lacking close no portal; credentials that are refused do.
        if case .later = verdict(fault("ERROR_DOCUMENT_RIGHTS", .reject)) {} else { Issue.record("it must wait") }
        if case .later = verdict(fault("insufficient_scope", .accessRefused)) {} else { Issue.record("it must wait") }
        if case .unauthorised = verdict(fault("no_auth_found", .accessRefused)) {
        } else {
            Issue.record("it must close")
        }
        if case .throttled = verdict(fault("QUERY_LIMIT_EXCEEDED", .slowPortal)) {
        } else {
            Issue.record("it must slow")
        }
    }
}
