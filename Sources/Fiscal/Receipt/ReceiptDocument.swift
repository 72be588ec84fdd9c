/// A receipt with all that a provider needs to issue it: the body and the circumstances of the settlement.
///
/// Stored as JSON beside the request bytes. Rows written by earlier releases stay readable: unknown keys are ignored,
/// and whatever is added later is optional.
package struct ReceiptDocument: Hashable, Sendable {
    package var body: ReceiptBody
    package var buyer: Buyer
    package var company: Company
    /// The wall clock of the place of settlement when money or goods changed hands.
    package var settledAt: CivilDateTime
    /// Seconds east of UTC of that clock at that moment.
    package var utcOffset: Int
    /// Present for every settlement over the internet (R52).
    package var internet: InternetSettlement?
    /// Tag 1270.
    package var operation: OperationProps?
    /// For people: which order and payment it belongs to.
    package var reference: OrderReference?

    package init(
        body: ReceiptBody, buyer: Buyer, company: Company, settledAt: CivilDateTime, utcOffset: Int,
        internet: InternetSettlement? = nil, operation: OperationProps? = nil, reference: OrderReference? = nil
    ) {
        self.body = body
        self.buyer = buyer
        self.company = company
        self.settledAt = settledAt
        self.utcOffset = utcOffset
        self.internet = internet
        self.operation = operation
        self.reference = reference
    }

    /// The version of the formats that the till works with (R29).
    package var ffd: FFDVersion { company.ffd }

    /// Tag 1011, 1 (UTC+2) to 11 (UTC+12); nil where the tag has no value for the offset.
    package var timeZoneCode: Int? { SettlementZone.tag1011(utcOffset: utcOffset) }

    /// The instant of the settlement, in seconds since 1970-01-01T00:00:00Z.
    package var secondsSince1970: Int64 { settledAt.secondsSince1970(utcOffset: utcOffset) }
}

extension ReceiptDocument: Codable {
    private enum CodingKeys: String, CodingKey {
        case body, buyer, company, internet, operation, reference
        case settledAt = "settled_at"
        case utcOffset = "utc_offset"
    }
}
