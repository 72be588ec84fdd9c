package import Fiscal

/// Something in which the shop's events, our receipts, the provider and the portal do not agree.
package struct Discrepancy: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Money moved or goods changed hands, and there is no receipt of it.
        case missing
        /// More than one document stands for the same.
        case doubled
        /// Both sides have it, and say different things.
        case different
        /// Prepaid long ago, and neither handed over nor given back; or more is prepaid than was looked at.
        case unclosed
        /// The portal says that prepaid goods were shipped, and no event does.
        case unreported
        /// Money for goods that were handed over went back as a whole, without lines, and nobody said whether the goods
        /// did.
        case unreturned
        /// Receipts that nobody could be asked about, so nothing is known of them.
        case unasked
    }

    package var kind: Kind
    /// Of the event, in the shop's zone.
    package var day: CivilDate?
    package var eventID: Int64?
    package var receiptID: Int64?
    package var order: String?
    package var payment: String?
    /// What should be there, in roubles; nil where no amount is known.
    package var expected: Money?
    /// What is there.
    package var found: Money?
    /// Whether a person decided that it stays.
    package var isGivenUp = false
    /// One word and its explanation, for a person; no personal data.
    package var detail: String

    package init(
        _ kind: Kind, day: CivilDate? = nil, event: BookedEvent? = nil, receipt: BookedReceipt? = nil,
        order: String? = nil, expected: Money? = nil, found: Money? = nil, _ detail: String
    ) {
        self.kind = kind
        self.day = day
        eventID = event?.id ?? receipt?.eventID
        receiptID = receipt?.id
        self.order = order ?? event?.order ?? receipt?.order
        payment = event?.payment
        self.expected = expected
        self.found = found
        self.detail = detail
    }
}

extension Discrepancy: Encodable {
    private enum CodingKeys: String, CodingKey {
        case kind, day, order, payment, expected, found, detail
        case eventID = "event_id"
        case receiptID = "receipt_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var map = encoder.container(keyedBy: CodingKeys.self)
        try map.encode(kind.rawValue, forKey: .kind)
        try map.encodeIfPresent(day, forKey: .day)
        try map.encodeIfPresent(eventID, forKey: .eventID)
        try map.encodeIfPresent(receiptID, forKey: .receiptID)
        try map.encodeIfPresent(order, forKey: .order)
        try map.encodeIfPresent(payment, forKey: .payment)
        try map.encodeIfPresent(expected, forKey: .expected)
        try map.encodeIfPresent(found, forKey: .found)
        try map.encode(detail, forKey: .detail)
    }
}
