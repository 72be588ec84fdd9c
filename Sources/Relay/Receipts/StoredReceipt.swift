import FoundationEssentials
package import Fiscal
package import Postgres

/// A row of `fiscal.receipt`.
package struct StoredReceipt: Sendable {
    package let id: Int64
    package let eventID: Int64
    package let part: Int
    package let edition: Int
    package let shop: String
    package let settlementKey: String
    package let orderID: String?
    package let paymentID: String?
    package let originalExternalID: String?
    package let type: ReceiptType
    package let total: Money
    package let provider: String
    package let destination: String
    package let externalID: String
    package let document: ReceiptDocument
    /// SHA-256 of the bytes promised to the provider.
    package let requestDigest: [UInt8]
    package let state: ReceiptState
    package let providerID: String?
    package let fn: String?
    package let fd: String?
    package let fpd: String?
    package let qr: String?
    package let refusal: String?
    package let createdAt: Timestamp
    /// Planned here, but perhaps sent already in a time that a restore of the database has taken back.
    package let isSuspect: Bool

    /// The provider had it, under ``providerID``, and could not print it at the time; it is to be sent again.
    package var hasFailedInPassing: Bool { state == .planned && providerID != nil }

    /// The columns that ``init(row:)`` reads, for every statement that lists receipts.
    static let columns = """
        id, event_id, part, edition, shop, settlement_key, order_id, payment_id, original_external_id, type, total,
        provider, destination, external_id, document, request_digest, state, provider_id, fn, fd, fpd, qr,
        concat_ws(': ', refusal_code, refusal_message) AS refusal, created_at, suspect
        """

    /// A receipt that is promised, as it would be read back; its fate comes with the other arguments.
    init(
        _ intent: ReceiptEffects.Intent, id: Int64, state: ReceiptState, providerID: String?, signs: PrintedSigns?,
        createdAt: Timestamp
    ) {
        self.id = id
        eventID = intent.eventID
        part = intent.part
        edition = intent.edition
        shop = intent.shop
        settlementKey = intent.planned.settlementKey.description
        orderID = intent.planned.orderID
        paymentID = intent.planned.paymentID
        originalExternalID = intent.planned.originalExternalID
        type = intent.planned.document.body.type
        total = intent.planned.document.body.total
        provider = intent.provider
        destination = intent.destination
        externalID = intent.externalID.text
        document = intent.planned.document
        requestDigest = intent.digest
        self.state = state
        self.providerID = providerID
        (fn, fd, fpd, qr) = (signs?.fn, signs?.fd, signs?.fpd, nil)
        refusal = nil
        self.createdAt = createdAt
        isSuspect = false
    }

    init(row: borrowing Row) throws(PostgresError) {
        id = try row.get("id")
        eventID = try row.get("event_id")
        part = Int(try row.get(Int16.self, "part"))
        edition = Int(try row.get(Int16.self, "edition"))
        shop = try row.get("shop")
        settlementKey = try row.get("settlement_key")
        orderID = try row.getOptional("order_id")
        paymentID = try row.getOptional("payment_id")
        originalExternalID = try row.getOptional("original_external_id")
        total = Money(kopecks: try row.get("total"))
        provider = try row.get("provider")
        destination = try row.get("destination")
        externalID = try row.get("external_id")
        requestDigest = try row.get([UInt8].self, "request_digest")
        providerID = try row.getOptional("provider_id")
        fn = try row.getOptional("fn")
        fd = try row.getOptional("fd")
        fpd = try row.getOptional("fpd")
        qr = try row.getOptional("qr")
        let refusalText: String = try row.get("refusal")
        refusal = refusalText.isEmpty ? nil : refusalText
        createdAt = try row.get("created_at")
        isSuspect = try row.get("suspect")
        let typeName: String = try row.get("type")
        let stateName: String = try row.get("state")
        let documentText: String = try row.get("document")
        guard let type = ReceiptType(rawValue: typeName), let state = ReceiptState(rawValue: stateName),
            let document = try? JSONDecoder().decode(ReceiptDocument.self, from: Data(documentText.utf8))
        else {
            // Rows of an earlier release stay readable, so this is a row of a later one or a damaged one.
            throw PostgresError.abandoned("receipt \(id) cannot be read by this release")
        }
        self.type = type
        self.state = state
        self.document = document
    }
}
