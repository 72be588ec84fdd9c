/// Holds a history against the promises, event by event, in memory that does not grow with it.
///
/// Feed it the events in the order of shop, lane and id, then ``finish(_:)``. What it keeps meanwhile is the current
/// lane, and the keys of the ledger that no receipt has claimed yet.
package struct HistoryChecker: Sendable {
    /// How much earlier than it happened a moment may be on record: a claim notes when it began to look, and a commit
    /// is stamped before it can be seen. A server that hangs in between makes that long.
    package static let claimDelay: Duration = .seconds(10)

    private let ledger: ProviderLedger?
    private let isSettled: Bool
    private let claimDelay: Duration
    private var lane: LaneRule
    private var unclaimed: Set<String>

    /// - Parameters:
    ///   - ledger: What the provider says; nil: only our own records are compared with each other.
    ///   - isSettled: Whether nothing is under way, so that whatever is not at an end by now never will be.
    ///   - claimDelay: Zero where moments are exact, as in a simulation.
    package init(ledger: ProviderLedger?, isSettled: Bool, claimDelay: Duration = HistoryChecker.claimDelay) {
        self.ledger = ledger
        self.isSettled = isSettled
        self.claimDelay = claimDelay
        lane = LaneRule(claimDelay: claimDelay)
        unclaimed = ledger.map { Set($0.byKey.keys) } ?? []
    }

    /// What this event breaks.
    package mutating func check(_ event: HistoryEvent) -> [Violation] {
        if !unclaimed.isEmpty { for receipt in event.receipts { unclaimed.remove(receipt.externalID) } }
        return OneReceiptRule.violations(of: event, ledger, isSettled: isSettled)
            + IntentRule.violations(of: event, ledger)
            + FenceRule.violations(of: event, claimDelay: claimDelay)
            + DoubtRule.violations(of: event, claimDelay: claimDelay)
            + NothingLostRule.violations(of: event, isSettled: isSettled)
            + lane.violations(of: event)
    }

    /// What the rest breaks, and what the ledger holds beyond the events seen.
    package func finish(_ remainder: HistoryRemainder) -> [Violation] {
        SettlementRule.violations(of: remainder.rivals)
            + FenceRule.doubled(remainder.doubledRuns)
            + StockRule.violations(of: remainder.stock)
            + (isSettled
                ? ledger.map { StockRule.violations(of: remainder.stockDocuments, $0.stockDocuments) } ?? [] : [])
            + NothingLostRule.vanished(remainder.vanishedEvents)
            + IntentRule.unclaimed(unclaimed, ledger)
            + (ledger?.wrongOrders ?? []).map {
                Violation(.writeBack, "wrong_order", "order \($0.order) in portal \($0.portal): \($0.finding)")
            }
    }
}
