/// What happened, as a value to be judged: see ``HistoryChecker``.
package struct History: Sendable {
    /// Ordered by shop, lane and id.
    package var events: [HistoryEvent]
    package var remainder: HistoryRemainder
    /// What the provider says it received; nil: nobody can ask it.
    package var ledger: ProviderLedger?
    /// Nothing is under way: whatever could end has ended.
    package var isSettled: Bool
    /// See ``HistoryChecker``.
    package var unrepeatable: Set<String>
    package var tolerance: HistoryTolerance

    package init(
        events: [HistoryEvent], remainder: HistoryRemainder = HistoryRemainder(), ledger: ProviderLedger? = nil,
        isSettled: Bool = false, unrepeatable: Set<String> = [], tolerance: HistoryTolerance = .ofServers
    ) {
        self.events = events
        self.remainder = remainder
        self.ledger = ledger
        self.isSettled = isSettled
        self.unrepeatable = unrepeatable
        self.tolerance = tolerance
    }

    /// Every promise that it breaks.
    package var violations: [Violation] {
        var checker = HistoryChecker(
            ledger: ledger, isSettled: isSettled, unrepeatable: unrepeatable, tolerance: tolerance)
        var found: [Violation] = []
        for event in events { found += checker.check(event) }
        return found + checker.finish(remainder)
    }
}

/// What cannot be seen event by event. Only what looks wrong is in it, so it stays small.
package struct HistoryRemainder: Hashable, Sendable {
    /// Living receipts that share a settlement and part with another one.
    package var rivals: [HistoryReceipt]
    /// Jobs that no event is.
    package var orderedJobs: [OrderedJob]
    /// Closed runs of such jobs as have runs that share a number, overlap, or come after their end.
    package var orderedRuns: [HistoryRun]
    /// Ends and receipts of events that are not in the outbox.
    package var vanishedEvents: [Int64]
    package var stock: [StockBalance]
    /// Empty where there is no portal's ledger to hold it against.
    package var stockDocuments: StockDocumentsOnRecord

    package init(
        rivals: [HistoryReceipt] = [], orderedJobs: [OrderedJob] = [], orderedRuns: [HistoryRun] = [],
        vanishedEvents: [Int64] = [], stock: [StockBalance] = [],
        stockDocuments: StockDocumentsOnRecord = StockDocumentsOnRecord()
    ) {
        self.rivals = rivals
        self.orderedJobs = orderedJobs
        self.orderedRuns = orderedRuns
        self.vanishedEvents = vanishedEvents
        self.stock = stock
        self.stockDocuments = stockDocuments
    }
}
