package import Fiscal

/// A day of a shop as its bookkeeper enters it.
///
/// Everything belongs to the day of its event in the shop's zone, so that what was paid and what was receipted for it
/// stand in one row even when the receipt was printed after midnight.
package struct DayReport: Hashable, Sendable {
    /// A number of things and what they come to.
    package struct Line: Hashable, Sendable {
        package var count = 0
        package var sum = Money.zero

        mutating func add(_ amount: Money?) {
            count += 1
            sum = Money(kopecks: sum.kopecks + (amount?.kopecks ?? 0))
        }
    }

    package let shop: String
    package let day: CivilDate
    /// Payments that the shop told of, and what they say; of a shop whose receipts Bitrix decides on, the checks by which
    /// money came in.
    package private(set) var paid = Line()
    /// Documents of income that were printed.
    package private(set) var receipts = Line()
    /// The payments on those documents.
    package private(set) var means = Payments()
    /// Refunds that the shop told of, and checks by which money went back. A refund without an amount counts with what its
    /// receipts gave back.
    package private(set) var refunds = Line()
    /// Documents of return that were printed, with what they write off of a debt.
    package private(set) var returns = Line()
    /// The payments on those documents.
    package private(set) var returnedMeans = Payments()
    /// Documents of correction of either sign, added up without it.
    package private(set) var corrections = Line()
    /// Those of them that add to the income.
    package private(set) var correctionsIn = Money.zero
    /// Those of them that take from it.
    package private(set) var correctionsOut = Money.zero
    /// Events that should have a receipt and have none.
    package private(set) var missing = Line()
    /// What was prepaid and neither closed nor given back, at the end of the day, by all receipts on record.
    package let openPrepayments: Money

    /// - Parameters:
    ///   - shop: Its name.
    ///   - day: In its zone.
    ///   - events: Those of the day.
    ///   - receipts: Every edition of their receipts.
    ///   - discrepancies: What was found of the day.
    ///   - openPrepayments: At its end.
    package init(
        shop: String, day: CivilDate, events: [BookedEvent], receipts: [BookedReceipt],
        discrepancies: [Discrepancy], openPrepayments: Money
    ) {
        self.shop = shop
        self.day = day
        self.openPrepayments = openPrepayments
        let printed = receipts.filter(\.isPrinted)
        let own = Dictionary(grouping: printed, by: \.eventID)
        for event in events {
            if event.isPayment { paid.add(event.amount) }
            if event.isRefund {
                refunds.add(event.amount ?? BookComparison.settled(by: own[event.id] ?? [], of: event))
            }
            // A check that only hands over what was paid before, or on credit, is no payment.
            if let check = event.check, check.sum.isPositive {
                if check.isReturned { refunds.add(check.sum) } else { paid.add(check.sum) }
            }
        }
        for receipt in printed {
            if receipt.type.isCorrection {
                corrections.add(receipt.total)
                if receipt.type.ordinary == .sellReturn {
                    Self.add(receipt.total, to: &correctionsOut)
                } else {
                    Self.add(receipt.total, to: &correctionsIn)
                }
            } else if receipt.type == .sellReturn {
                returns.add(receipt.total)
                for (kind, sum) in receipt.payments.entries { Self.add(sum, to: &returnedMeans[kind]) }
            } else {
                self.receipts.add(receipt.total)
                for (kind, sum) in receipt.payments.entries { Self.add(sum, to: &means[kind]) }
            }
        }
        for discrepancy in discrepancies where discrepancy.kind == .missing && discrepancy.day == day {
            missing.add(discrepancy.expected)
        }
    }

    private static func add(_ sum: Money, to total: inout Money) {
        total = Money(kopecks: total.kopecks + sum.kopecks)
    }

    /// The heading of ``columns``: a contract, new ones come last.
    package static let heading = [
        "shop", "day", "paid_count", "paid", "receipts_count", "receipts", "cash", "electronic", "prepaid", "credit",
        "other", "refunds_count", "refunds", "returns_count", "returns", "corrections_count", "corrections",
        "missing_count", "missing", "open_prepayments", "returned_cash", "returned_electronic", "returned_other",
        "corrections_in", "corrections_out",
    ]

    /// The values in the order of ``heading``; amounts in roubles with two decimals and a point.
    package var columns: [String] {
        func pair(_ line: Line) -> [String] { ["\(line.count)", line.sum.description] }
        return [shop, day.description] + pair(paid) + pair(receipts)
            + PaymentMeans.allCases.map { means[$0].description } + pair(refunds) + pair(returns) + pair(corrections)
            + pair(missing)
            + [
                openPrepayments, returnedMeans[.cash], returnedMeans[.electronic], returnedMeans[.other], correctionsIn,
                correctionsOut,
            ].map(\.description)
    }
}
