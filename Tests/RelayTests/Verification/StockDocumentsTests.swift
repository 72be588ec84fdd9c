import Relay
import Testing

@Suite("What portals moved is held against the ledger")
struct StockDocumentsTests {
    private func line(_ product: String, _ units: Int64) -> CarriedStock {
        CarriedStock(store: "1", product: product, millionths: units * 1_000_000)
    }

    private func document(_ number: String, _ lines: CarriedStock...) -> PortalDocument {
        PortalDocument(portal: "main", number: number, lines: lines)
    }

    private func codes(
        _ record: StockDocumentsOnRecord, _ documents: [PortalDocument], isSettled: Bool = true
    ) -> [String] {
        History(
            events: [], remainder: HistoryRemainder(stockDocuments: record),
            ledger: ProviderLedger([], stockDocuments: documents), isSettled: isSettled
        ).violations.map { "\($0.invariant.rawValue) \($0.code)" }
    }

    @Test("As many as were brought: no violation, in however many documents")
    func right() {
        let record = StockDocumentsOnRecord(carried: [line("501", -3), line("502", 1)])
        #expect(codes(record, [document("a", line("501", -1)), document("b", line("501", -2), line("502", 1))]) == [])
        #expect(codes(StockDocumentsOnRecord(), []) == [])
    }

    @Test("A line that counts as brought and that no document has is found")
    func lost() {
        let record = StockDocumentsOnRecord(carried: [line("501", -1), line("777", -1)])
        #expect(codes(record, [document("a", line("501", -1))]) == ["I6 portal_differs"])
    }

    @Test("The same movements under two numbers, or twice under one, are found")
    func doubled() {
        let record = StockDocumentsOnRecord(carried: [line("501", -3)])
        let former = document("a", line("501", -1))
        #expect(codes(record, [former, document("b", line("501", -3))]) == ["I6 portal_differs"])
        #expect(
            codes(StockDocumentsOnRecord(carried: [line("501", -1)]), [former, former]) == [
                "I6 document_doubled", "I6 portal_differs",
            ])
    }

    @Test("What is under way is judged by nobody")
    func underWay() {
        let open = StockDocumentsOnRecord(carried: [], open: ["a"])
        #expect(codes(open, [document("a", line("501", -1))]) == [])
        #expect(codes(StockDocumentsOnRecord(), [document("a", line("501", -1))], isSettled: false) == [])
    }
}
