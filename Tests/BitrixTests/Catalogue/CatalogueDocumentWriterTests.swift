import Bitrix
import Synchronization
import Testing

@Suite("Documents reach a portal once")
struct CatalogueDocumentWriterTests {
    private let wanted = CatalogueDocument.sample([(501, "2"), (502, "0.5")])

    private func write(
        _ portal: StockPortal, _ document: CatalogueDocument? = nil, mayWrite: @escaping @Sendable () -> Bool = { true }
    ) async -> CatalogueDocumentReport {
        await CatalogueDocumentWriter(client: portal.client).write(document ?? wanted, mayWrite: mayWrite)
    }

    @Test("It is added, filled and conducted")
    func plainWay() async throws {
        let portal = StockPortal()
        let report = await write(portal)
        #expect(report == CatalogueDocumentReport(outcome: .conducted(1, doubles: [])))
        #expect(portal.snapshot.amounts == [501: 8, 502: 9.5, 503: 10])
        #expect(portal.snapshot.documents.map(\.status) == ["Y"])
        // A second attempt only looks.
        #expect(await write(portal).outcome == .conducted(1, doubles: []))
        #expect(portal.snapshot.amounts == [501: 8, 502: 9.5, 503: 10])
    }

    @Test("Whatever answer is lost, the next attempt ends with one document", arguments: 1...12)
    func lostAnswer(number: Int) async throws {
        let portal = StockPortal { $0.lostAnswers = [number] }
        var report = await write(portal)
        if case .failed(let fault) = report.outcome {
            #expect(fault.reaction.mayHaveRun)
            report = await write(portal)
        }
        guard case .conducted = report.outcome else {
            Issue.record("\(report)")
            return
        }
        #expect(portal.snapshot.amounts == [501: 8, 502: 9.5, 503: 10])
        #expect(portal.snapshot.documents.count == 1)
        #expect(portal.snapshot.documents[0].elements.count == 2)
    }

    @Test("A run that may write no more leaves the rest to the next", arguments: 1...4)
    func interrupted(number: Int) async throws {
        let portal = StockPortal()
        let writes = Mutex(0)
        let report = await write(portal) {
            writes.withLock { count in
                count += 1
                return count < number
            }
        }
        if number <= 3 { #expect(report.outcome == .interrupted) }
        #expect(await write(portal).outcome == .conducted(1, doubles: []))
        #expect(portal.snapshot.amounts == [501: 8, 502: 9.5, 503: 10])
        #expect(portal.snapshot.documents.count == 1)
    }

    @Test("A draft that a lost run made late is removed, and the first one counts")
    func lateDraft() async throws {
        let portal = StockPortal { state in
            // A rival adds the document right after this attempt has found none.
            state.before = { state, number in
                if number == 2 {
                    let id = state.id()
                    state.documents.append(.init(id: id, number: "FR-1", type: "D"))
                }
            }
        }
        #expect(await write(portal).outcome == .conducted(1, doubles: []))
        #expect(portal.snapshot.documents.map(\.id) == [1])
        #expect(portal.snapshot.amounts[501] == 8)
    }

    @Test("A product that the portal does not know is left out, the others get through")
    func unknownProduct() async throws {
        let portal = StockPortal { $0.unknownProducts = [502] }
        let report = await write(portal)
        #expect(report.outcome == .conducted(1, doubles: []))
        #expect(report.refused.map(\.product) == [502])
        #expect(portal.snapshot.amounts == [501: 8, 502: 10, 503: 10])
    }

    @Test("What a lost run left out is missing to the next one too, although the document is conducted")
    func leftOutByALostRun() async throws {
        // Looked for, added, looked at, filled but for one line, looked at: the eighth request conducts it.
        let portal = StockPortal {
            $0.unknownProducts = [502]
            $0.lostAnswers = [8]
        }
        guard case .failed = await write(portal).outcome, portal.snapshot.documents.map(\.status) == ["Y"] else {
            Issue.record("it was not lost after it had been conducted: \(portal.snapshot.methods)")
            return
        }
        let report = await write(portal)
        #expect(report.outcome == .conducted(1, doubles: []))
        #expect(report.refused.map(\.product) == [502])
        #expect(report.refused.map(\.code) == ["line_absent"])
        #expect(report.altered.isEmpty)
        #expect(portal.snapshot.amounts == [501: 8, 502: 10, 503: 10])
    }

    @Test("A document that somebody conducted with other lines is said to be")
    func altered() async throws {
        let portal = StockPortal { state in
            state.documents.append(
                .init(
                    id: state.id(), number: "FR-1", type: "D", status: "Y", elements: [(7, 501, 3, 1), (8, 777, 1, 1)]))
        }
        let report = await write(portal)
        #expect(report.outcome == .conducted(1, doubles: []))
        #expect(report.refused.map(\.product) == [502])
        #expect(report.altered == [501, 777])
    }

    @Test("What the store has too little of is left out, the others get through")
    func shortage() async throws {
        let portal = StockPortal { $0.amounts[502] = 0.25 }
        let report = await write(portal)
        #expect(report.outcome == .conducted(1, doubles: []))
        #expect(report.refused.map(\.code) == ["stock_insufficient"])
        #expect(portal.snapshot.amounts[501] == 8)
        #expect(portal.snapshot.documents[0].elements.map(\.product) == [501])
    }

    @Test("What orders have reserved is left out, where the store has enough of everything")
    func reserve() async throws {
        let portal = StockPortal { $0.reserved = [501: 1, 502: 9.75] }
        let report = await write(portal)
        #expect(report.outcome == .conducted(1, doubles: []))
        #expect(report.refused.map(\.product) == [502])
        #expect(report.refused.map(\.code) == ["stock_reserved"])
        #expect(report.refused.first?.message.contains("9.75 are reserved") == true)
        #expect(portal.snapshot.amounts == [501: 8, 502: 10, 503: 10])
    }

    @Test("What is short is left out first: what is reserved beside it may get through then")
    func shortageBesideReserve() async throws {
        let portal = StockPortal {
            $0.amounts[502] = 0.25
            $0.reserved = [501: 9]
        }
        let report = await write(portal)
        #expect(report.outcome == .empty)
        #expect(report.refused.map(\.code) == ["stock_reserved", "stock_insufficient"])
    }

    @Test("A document without a line left is taken away")
    func nothingLeft() async throws {
        let portal = StockPortal { $0.amounts = [:] }
        let report = await write(portal)
        #expect(report.outcome == .empty)
        #expect(report.refused.count == 2)
        #expect(portal.snapshot.documents.isEmpty)
    }

    @Test("A refusal for another reason is told as it is, and the draft waits")
    func refusal() async throws {
        let portal = StockPortal { $0.isManaged = false }
        guard case .failed(let fault) = await write(portal).outcome else {
            Issue.record("it was not refused")
            return
        }
        #expect(fault.reaction.action == .reject)
        #expect(portal.snapshot.documents.map(\.status) == ["N"])
        #expect(portal.snapshot.amounts[501] == 10)
    }

    @Test("Returns come back to the store; many lines go in several requests")
    func returnsOfManyLines() async throws {
        let portal = StockPortal { $0.amounts = [:] }
        let lines = (1...120).map { (Int64($0), "1.5") }
        let report = await write(portal, .sample(lines, kind: .goodsReturn))
        #expect(report.outcome == .conducted(1, doubles: []))
        #expect(portal.snapshot.amounts.count == 120)
        #expect(portal.snapshot.amounts.values.allSatisfy { $0 == 1.5 })
        #expect(portal.snapshot.methods.filter { $0 == "catalog.document.element.add" }.count == 120)
        #expect(portal.snapshot.requests <= 24)
    }

    @Test("What stores hold is read page by page")
    func amounts() async throws {
        let portal = StockPortal()
        #expect(
            try await portal.client.storeAmounts()
                == [501, 502, 503].map {
                    StoreAmount(store: 1, product: $0, amount: CatalogueAmount(millionths: 10_000_000))
                })
    }
}
