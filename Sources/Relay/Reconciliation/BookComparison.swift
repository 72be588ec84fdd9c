package import Fiscal
package import Postgres

/// Compares what happened in the shop with our receipts, and our receipts with what their provider says: a pure
/// function of values.
package struct BookComparison: Sendable {
    package let zone: SettlementZone
    /// The present by the database's clock.
    package let now: Timestamp
    /// How long after its event a receipt may take.
    package let deadline: Duration

    package init(zone: SettlementZone, now: Timestamp, deadline: Duration) {
        self.zone = zone
        self.now = now
        self.deadline = deadline
    }

    /// Everything in which they do not agree, in the order of the events.
    ///
    /// - Parameters:
    ///   - events: Of one shop.
    ///   - receipts: Every edition of the receipts of those events.
    ///   - statements: By a receipt's id; a receipt without one was not asked about, which is no discrepancy.
    /// - Returns: Receipts that could not be asked about stand in one discrepancy at the end.
    package func discrepancies(
        _ events: [BookedEvent], _ receipts: [BookedReceipt], _ statements: [Int64: ProviderStatement] = [:]
    ) -> [Discrepancy] {
        let own = Dictionary(grouping: receipts, by: \.eventID)
        var found: [Discrepancy] = []
        for event in events {
            found += compare(event, own[event.id] ?? [])
            if event.leavesGoodsOut { found.append(unreturned(event)) }
        }
        found += doubles(events, receipts)
        let fates = Dictionary(events.map { ($0.id, $0) }) { first, _ in first }
        for receipt in receipts {
            guard let statement = statements[receipt.id] else { continue }
            found += compare(receipt, statement, among: own[receipt.eventID] ?? [], of: fates[receipt.eventID])
        }
        if let unasked = unasked(statements) { found.append(unasked) }
        return found
    }

    // MARK: Events and receipts

    private func compare(_ event: BookedEvent, _ receipts: [BookedReceipt]) -> [Discrepancy] {
        let printed = receipts.filter(\.isPrinted)
        let there = Self.settled(by: printed, of: event)
        switch event.fate {
        case .ended("fiscalised"):
            if printed.isEmpty { return [missing(event, there, "fiscalised by our books, and no receipt is there")] }
            guard let amount = event.amount, amount != there else { return [] }
            return [
                Discrepancy(
                    .different, day: day(of: event), event: event, receipt: printed.first, expected: amount,
                    found: there, "the receipts come to another amount than the event")
            ]
        case .ended("cancelled"):
            guard printed.isEmpty else { return [] }
            var givenUp = missing(event, there, "a person gave the event up")
            givenUp.isGivenUp = true
            return [givenUp]
        case .ended: return []
        case .lost: return [missing(event, there, "the event has neither a job nor an end")]
        case .dead(let code): return [missing(event, there, "waits for a person: \(code)")]
        case .open:
            guard event.occurredAt.duration(to: now) > deadline else { return [] }
            return [missing(event, there, "not done within the deadline")]
        }
    }

    private func missing(_ event: BookedEvent, _ there: Money, _ detail: String) -> Discrepancy {
        Discrepancy(
            .missing, day: day(of: event), event: event, expected: event.amount,
            found: there.isZero ? nil : there, detail)
    }

    /// What printed receipts say has moved. A return of goods bought on credit is worth more than the money that goes
    /// back (R20).
    static func settled(by printed: [BookedReceipt], of event: BookedEvent) -> Money {
        Money(
            kopecks: printed.reduce(0) {
                $0 + $1.total.kopecks - (event.isRefund ? $1.payments.credit.kopecks : 0)
            })
    }

    /// It is said while it is recent: that the buyer keeps the goods is a person's to know, and no later event tells
    /// it.
    private func unreturned(_ event: BookedEvent) -> Discrepancy {
        var found = Discrepancy(
            .unreturned, day: day(of: event), event: event, expected: event.amount,
            "the refund names no lines, and goods of the order are out: undo their shipment if they came back")
        found.isGivenUp = true
        return found
    }

    // MARK: Doubles

    private struct Document: Hashable {
        let fn: String
        let fd: String
    }

    private struct Place: Hashable {
        let settlement: String
        let part: Int
    }

    private func doubles(_ events: [BookedEvent], _ receipts: [BookedReceipt]) -> [Discrepancy] {
        let byID = Dictionary(events.map { ($0.id, $0) }) { first, _ in first }
        var documents: [Document: Int64] = [:]
        var places: [Place: Int64] = [:]
        var found: [Discrepancy] = []
        func note(_ receipt: BookedReceipt, _ detail: String) {
            let event = byID[receipt.eventID]
            found.append(
                Discrepancy(
                    .doubled, day: event.flatMap(day), event: event, receipt: receipt, found: receipt.total, detail))
        }
        for receipt in receipts where receipt.isPrinted {
            if let fn = receipt.fn, let fd = receipt.fd {
                if let other = documents[Document(fn: fn, fd: fd)] {
                    note(receipt, "the same document as receipt \(other)")
                }
                documents[Document(fn: fn, fd: fd)] = receipt.id
            }
            let place = Place(settlement: receipt.settlementKey, part: receipt.part)
            if let other = places[place] {
                note(receipt, "settles \(receipt.settlementKey) a second time, as receipt \(other) does")
            }
            places[place] = receipt.id
        }
        return found
    }

    // MARK: Receipts and their provider

    private func compare(
        _ receipt: BookedReceipt, _ statement: ProviderStatement, among own: [BookedReceipt], of event: BookedEvent?
    ) -> [Discrepancy] {
        func differs(_ detail: String, found: Money? = nil) -> [Discrepancy] {
            [
                Discrepancy(
                    .different, day: event.flatMap(day), event: event, receipt: receipt, expected: receipt.total,
                    found: found, detail)
            ]
        }
        let isPending: Bool
        if case .open? = event?.fate { isPending = true } else { isPending = false }
        switch (receipt.state, statement) {
        case (_, .unasked): return []
        case (.fiscalised, .printed(let fn, let fd, let fpd, let total)):
            guard receipt.fn == fn, receipt.fd == fd, receipt.fpd == fpd else {
                return differs("the provider tells other fiscal signs: \(fn), \(fd), \(fpd)", found: total)
            }
            guard let total, total != receipt.total else { return [] }
            return differs("the provider's QR code holds another amount", found: total)
        case (.fiscalised, .waiting): return differs("printed by our books, the provider still waits")
        case (.fiscalised, .failed(let code)): return differs("printed by our books, the provider could not: \(code)")
        case (.fiscalised, .unknown): return differs("printed by our books, the provider does not know it")
        case (_, .printed(_, _, _, let total)):
            if isPending, receipt.isLiving { return [] }
            let amount = total ?? receipt.total
            if own.contains(where: { $0.id != receipt.id && $0.part == receipt.part && $0.isPrinted }) {
                return [
                    Discrepancy(
                        .doubled, day: event.flatMap(day), event: event, receipt: receipt, found: amount,
                        "\(receipt.state.rawValue) by our books and printed by the provider, beside another edition")
                ]
            }
            return differs("\(receipt.state.rawValue) by our books and printed by the provider", found: amount)
        case (.submitted, .failed(let code)) where !isPending:
            return differs("on its way by our books, the provider could not print it: \(code)")
        case (.submitted, .unknown) where !isPending:
            return differs("accepted by our books, the provider does not know it")
        case (_, .waiting), (_, .failed), (_, .unknown): return []
        }
    }

    private func unasked(_ statements: [Int64: ProviderStatement]) -> Discrepancy? {
        var codes: [String: Int] = [:]
        for case .unasked(let code) in statements.values { codes[code, default: 0] += 1 }
        guard !codes.isEmpty else { return nil }
        let reasons = codes.sorted { $0.key < $1.key }.map { "\($0.key) × \($0.value)" }.joined(separator: ", ")
        return Discrepancy(.unasked, "the provider could not be asked about some receipts: \(reasons)")
    }

    private func day(of event: BookedEvent) -> CivilDate? {
        ReconciliationPeriod.day(of: event.occurredAt, in: zone)
    }
}
