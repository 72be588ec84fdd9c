/// Holds a history against the promises, event by event, in memory that does not grow with it.
///
/// Feed it the events in the order of shop, lane and id, then ``finish(_:)``. What it keeps meanwhile is the current
/// lane, and the keys of the ledger that no receipt has claimed yet.
package struct HistoryChecker: Sendable {
    private let ledger: ProviderLedger?
    private let isSettled: Bool
    private let unrepeatable: Set<String>
    private let tolerance: HistoryTolerance
    private var lane: LaneRule
    private var unclaimed: Set<String>

    /// - Parameters:
    ///   - ledger: What the provider says; nil: only our own records are compared with each other.
    ///   - isSettled: Whether nothing is under way, so that whatever is not at an end by now never will be.
    ///   - unrepeatable: Destinations to which nothing whose fate is unknown may be sent again but by a person's word,
    ///   as they are configured now.
    ///   - tolerance: ``HistoryTolerance/none`` where moments are exact, as in a simulation.
    package init(
        ledger: ProviderLedger?, isSettled: Bool, unrepeatable: Set<String> = [],
        tolerance: HistoryTolerance = .ofServers
    ) {
        self.ledger = ledger
        self.isSettled = isSettled
        self.unrepeatable = unrepeatable
        self.tolerance = tolerance
        lane = LaneRule(tolerance: tolerance)
        unclaimed = ledger.map { Set($0.byKey.keys) } ?? []
    }

    /// What this event breaks.
    package mutating func check(_ event: HistoryEvent) -> [Violation] {
        if !unclaimed.isEmpty { for receipt in event.receipts { unclaimed.remove(receipt.externalID) } }
        return OneReceiptRule.violations(of: event, ledger, isSettled: isSettled)
            + IntentRule.violations(of: event, ledger)
            + FenceRule.violations(of: event, tolerance)
            + DoubtRule.violations(of: event, unrepeatable: unrepeatable, tolerance)
            + NothingLostRule.violations(of: event, isSettled: isSettled)
            + lane.violations(of: event, ledger)
    }

    /// What the rest breaks, and what the ledger holds beyond the events seen.
    package func finish(_ remainder: HistoryRemainder) -> [Violation] {
        SettlementRule.violations(of: remainder.rivals)
            + remainder.orderedJobs.flatMap {
                NothingLostRule.violations(of: $0, isSettled: isSettled) + LaneRule.violations(of: $0)
            }
            + FenceRule.violations(of: remainder.orderedRuns, tolerance)
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
