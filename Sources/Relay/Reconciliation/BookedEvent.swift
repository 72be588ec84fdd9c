package import Fiscal
package import Postgres

/// An event that needs receipts, as reconciliation sees it: what happened in the shop, and how far its work has come.
package struct BookedEvent: Hashable, Sendable {
    package enum Fate: Hashable, Sendable {
        /// How `event_end` says it ended.
        case ended(String)
        /// It is being worked on, or waits for its turn.
        case open
        /// It waits for a person; the code of the reason.
        case dead(String)
        /// It has neither a job nor an end.
        case lost
    }

    package var id: Int64
    package var kind: String
    package var occurredAt: Timestamp
    /// The money that the event says has moved: what its receipts must come to. Nil where it says none, such as a
    /// hand-over, or a payload that retention has emptied.
    package var amount: Money?
    package var order: String?
    package var payment: String?
    /// What changes hands by a check of Bitrix's own cash register; nil for everything else.
    package var check: CheckMoney?
    package var fate: Fate
    /// Of a refund without lines: whether money for goods that were handed over went back by it, and those goods are
    /// out by our ledger, so that nobody has said where they are.
    package var leavesGoodsOut: Bool

    /// The money of a check: cash and cashless, without what offsets an advance or stays owed.
    package struct CheckMoney: Hashable, Sendable {
        package var sum: Money
        /// Whether it goes back to the buyer.
        package var isReturned: Bool

        package init(sum: Money, isReturned: Bool) {
            self.sum = sum
            self.isReturned = isReturned
        }
    }

    package init(
        id: Int64, kind: String, occurredAt: Timestamp, amount: Money?, order: String? = nil, payment: String? = nil,
        check: CheckMoney? = nil, fate: Fate, leavesGoodsOut: Bool = false
    ) {
        self.id = id
        self.kind = kind
        self.occurredAt = occurredAt
        self.amount = amount
        self.order = order
        self.payment = payment
        self.check = check
        self.fate = fate
        self.leavesGoodsOut = leavesGoodsOut
    }

    /// Kinds whose events are compared with receipts.
    package static let kinds = [
        "order.paid", "payment.refunded", "order.shipped", "receipt.correction", "pos.transaction", "cashbox.check",
    ]

    /// Whether money came in by it.
    package var isPayment: Bool { kind == "order.paid" }

    package var isRefund: Bool { kind == "payment.refunded" }
}
