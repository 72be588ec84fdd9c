/// Everything about one settlement of an order, as the shop gave it: what is validated before anything is built or sent.
package struct SettlementDraft: Sendable {
    package var order: Order
    /// As typed at checkout; personal data.
    package var email: String?
    /// As typed at checkout; personal data.
    package var phone: String?
    /// Of a buying company only (R51).
    package var companyName: String?
    /// Of a buying company only (R51).
    package var companyINN: String?
    /// What the event says was paid now, all means together; nil if it does not say.
    package var paid: Money?
    /// As in the order: `RUB`; nil if it does not say.
    package var currency: String?
    /// The format of the till, which decides what objects there are (R29); nil leaves that open.
    package var ffd: FFDVersion?
    /// What was found wrong while the order was read or its rates mapped; no second fault is reported at such a field.
    package var known: [FiscalFault]

    /// A draft; what is absent is not judged, except for the buyer's contact, which must be there (R44).
    package init(
        order: Order, email: String?, phone: String?, companyName: String? = nil, companyINN: String? = nil,
        paid: Money? = nil, currency: String? = nil, ffd: FFDVersion? = nil, known: [FiscalFault] = []
    ) {
        self.order = order
        self.email = email
        self.phone = phone
        self.companyName = companyName
        self.companyINN = companyINN
        self.paid = paid
        self.currency = currency
        self.ffd = ffd
        self.known = known
    }
}
