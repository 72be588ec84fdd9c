/// Brings documents into a portal and has them conducted, once each, whatever became of earlier calls.
///
/// Reads before every write (``CatalogueDocumentStep``). A fault after which a call may have run ends the attempt: the
/// next one begins by reading. Texts of errors are never parsed, since portals write them in their own language: a
/// document that was not conducted is read again, and so are the amounts of its store.
package struct CatalogueDocumentWriter: Sendable {
    /// Reads and writes of one attempt. More would mean that somebody else changes the draft at the same time.
    private static let mostRounds = 40

    private let client: BitrixClient

    package init(client: BitrixClient) {
        self.client = client
    }

    /// Works on a document until it is conducted, or something is in the way.
    ///
    /// - Parameters:
    ///   - document: What is wanted. Its number is never used for another content.
    ///   - mayWrite: Asked before every write; on false nothing more is done.
    /// - Returns: What came of it, with the lines that had to be left out.
    package func write(
        _ document: CatalogueDocument, mayWrite: @Sendable () -> Bool
    ) async -> CatalogueDocumentReport {
        var round = Round(document: document)
        do throws(BitrixFault) {
            for _ in 0..<Self.mostRounds {
                let (documents, elements) = try await read(document)
                let step = CatalogueDocumentStep.next(for: round.wanted, documents: documents, elements: elements)
                switch step {
                case .done(let id, let doubles):
                    return round.report(conducted: id, doubles: doubles, CatalogueDeviation(of: document, elements))
                case .takenBack(let id): return round.report(.takenBack(id))
                case .nothing: return round.report(.empty)
                default: break
                }
                guard mayWrite() else { return round.report(.interrupted) }
                try await perform(step, &round)
            }
        } catch {
            return round.report(.failed(error))
        }
        return round.report(
            .failed(
                BitrixFault(
                    code: "document_changing", message: "The draft does not stay as it was written.",
                    reaction: BitrixReaction(.repeatLater), method: "catalog.document.element.list")))
    }

    /// What one attempt found out.
    private struct Round {
        let document: CatalogueDocument
        var refused: [Int64: CatalogueDocumentReport.Refusal] = [:]

        /// The document without what the portal does not take.
        var wanted: CatalogueDocument {
            CatalogueDocument(
                number: document.number, kind: document.kind, store: document.store,
                lines: document.lines.filter { refused[$0.product] == nil }, responsible: document.responsible,
                currency: document.currency, title: document.title)
        }

        func report(_ outcome: CatalogueDocumentReport.Outcome) -> CatalogueDocumentReport {
            CatalogueDocumentReport(outcome: outcome, refused: refused.values.sorted { $0.product < $1.product })
        }

        /// What counts is what stands in the document, whoever left a line out, in this attempt or in one that was lost.
        func report(conducted id: Int64, doubles: [Int64], _ deviation: CatalogueDeviation) -> CatalogueDocumentReport {
            CatalogueDocumentReport(
                outcome: .conducted(id, doubles: doubles),
                refused: deviation.absent.map { line in
                    refused[line.product]
                        ?? .init(
                            product: line.product, code: "line_absent",
                            message: "Document \(id) was conducted without this line.")
                }.sorted { $0.product < $1.product }, altered: deviation.altered)
        }
    }

    private func read(
        _ document: CatalogueDocument
    ) async throws(BitrixFault) -> (documents: [FoundDocument], elements: [FoundElement]) {
        let answer = try await client.call(CatalogueCalls.documents(numbered: document.number))
        guard let rows = answer.result["documents"]?.elements else {
            throw .unexpected("catalog.document.list", "list of documents")
        }
        let documents = rows.filter { $0["docNumber"]?.text == document.number }.compactMap(FoundDocument.init)
        guard let counting = CatalogueDocumentStep.counting(documents) else { return (documents, []) }
        var elements: [FoundElement] = []
        var last: Int64 = 0
        while true {
            let page = try await client.call(CatalogueCalls.elements(of: counting.id, above: last))
            guard let rows = page.result["documentElements"]?.elements else {
                throw .unexpected("catalog.document.element.list", "list of lines")
            }
            elements += rows.compactMap { FoundElement($0, kind: document.kind) }
            let highest = rows.compactMap { $0["id"]?.identifier }.max() ?? last
            guard rows.count >= CatalogueCalls.pageSize, highest > last else { return (documents, elements) }
            last = highest
        }
    }

    private func perform(_ step: CatalogueDocumentStep, _ round: inout Round) async throws(BitrixFault) {
        let document = round.document
        switch step {
        case .add: _ = try await client.call(CatalogueCalls.add(document))
        case .addElements(let id, let lines): try await addElements(Array(lines.prefix(BitrixBatch.limit)), id, &round)
        case .removeElements(let ids): try await run(ids.map(CatalogueCalls.removeElement))
        case .removeDrafts(let ids): try await run(ids.map(CatalogueCalls.removeDocument))
        case .conduct(let id):
            do throws(BitrixFault) {
                _ = try await client.call(CatalogueCalls.conduct(id))
            } catch {
                guard error.reaction.action == .reject else { throw error }
                try await judge(error, &round)
            }
        case .done, .takenBack, .nothing: break
        }
    }

    private func run(_ calls: [BitrixCall]) async throws(BitrixFault) {
        for outcome in try await client.batch(Array(calls.prefix(BitrixBatch.limit))).outcomes { _ = try outcome.get() }
    }

    private func addElements(
        _ lines: [CatalogueDocument.Line], _ id: Int64, _ round: inout Round
    ) async throws(BitrixFault) {
        let calls = lines.map {
            CatalogueCalls.addElement($0, to: id, kind: round.document.kind, store: round.document.store)
        }
        var first: BitrixFault?
        for (line, outcome) in zip(lines, try await client.batch(calls).outcomes) {
            guard case .failure(let fault) = outcome else { continue }
            if fault.reaction.action == .reject, !fault.concernsDocument {
                round.refused[line.product] = .init(product: line.product, code: fault.code, message: fault.message)
            } else {
                first = first ?? fault
            }
        }
        if let first { throw first }
    }

    /// After a refusal to conduct: lines of which the store has too little are left out, so that the others get through; if
    /// it has enough of all, those of which too little is free of orders' reserves.
    /// A document that is conducted all the same is seen by the next reading.
    private func judge(_ refusal: BitrixFault, _ round: inout Round) async throws(BitrixFault) {
        let wanted = round.wanted
        let (documents, _) = try await read(round.document)
        if documents.contains(where: { $0.status == .conducted }) { return }
        guard wanted.kind == .writeOff else { throw refusal }
        let amounts = try await client.storeAmounts(store: wanted.store, products: wanted.lines.map(\.product))
        let held = Dictionary(amounts.map { ($0.product, $0) }, uniquingKeysWith: { first, _ in first })
        let short = wanted.lines.filter { (held[$0.product]?.amount ?? .zero) < $0.amount }
        let reserved = wanted.lines.filter { (held[$0.product]?.free ?? .zero) < $0.amount }
        guard !reserved.isEmpty else { throw refusal }
        for line in short.isEmpty ? reserved : short {
            let there = held[line.product]
            round.refused[line.product] =
                short.isEmpty
                ? .init(
                    product: line.product, code: "stock_reserved",
                    message:
                        "Of it \(there?.reserved ?? .zero) are reserved for orders, \(line.amount) left, and the store "
                        + "has \(there?.amount ?? .zero).")
                : .init(
                    product: line.product, code: "stock_insufficient",
                    message: "The store has \(there?.amount ?? .zero) of it, \(line.amount) left.")
        }
    }
}

extension BitrixFault {
    /// Whether the document itself, or the right to it, is refused and not one line.
    fileprivate var concernsDocument: Bool {
        ["ERROR_DOCUMENT_STATUS", "ERROR_DOCUMENT_RIGHTS"].contains(code.uppercased())
    }
}
