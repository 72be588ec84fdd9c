package import Fiscal
package import Postgres

/// An order on which money was taken before the goods were handed over, and is still open.
package struct PrepaymentAccount: Hashable, Sendable {
    package let order: String
    /// What was prepaid and neither offset nor given back; more than zero.
    package let open: Money
    /// When the oldest of its prepayments was taken, in seconds since 1970-01-01T00:00:00Z.
    package let since: Int64

    /// The account of an order by its receipts, oldest first; nil if nothing is open.
    package init?(order: String, receipts: [PastReceipt]) {
        let ledger = OrderLedger(receipts: receipts.filter(\.isFiscalised))
        let open = ledger.openPrepayment
        guard open.isPositive, let since = ledger.prepayments.map(\.document.secondsSince1970).min() else { return nil }
        self.order = order
        self.open = open
        self.since = since
    }

    package init(order: String, open: Money, since: Int64) {
        self.order = order
        self.open = open
        self.since = since
    }

    /// What is wrong with it, if anything is: the portal shipped the goods and told nobody, or they are prepaid for
    /// longer than the shop allows.
    ///
    /// - Parameters:
    ///   - patience: For how long goods may be prepaid.
    ///   - shipped: Whether the portal says that a shipment of the order left of which there is no event.
    ///   - now: The present by the database's clock.
    ///   - zone: The shop's.
    /// - Returns: At most one discrepancy, the shipment before the age.
    package func discrepancy(
        patience: Duration, shipped: Bool, now: Timestamp, zone: SettlementZone
    ) -> Discrepancy? {
        let day = zone.clock(secondsSince1970: since)?.date
        if shipped {
            return Discrepancy(
                .unreported, day: day, order: order, expected: open,
                "shipped by the portal, and no order.shipped came: the prepayment is not closed")
        }
        guard Duration.seconds(now.secondsSince1970 - since) > patience else { return nil }
        return Discrepancy(
            .unclosed, day: day, order: order, expected: open, "prepaid, and neither handed over nor given back")
    }
}
