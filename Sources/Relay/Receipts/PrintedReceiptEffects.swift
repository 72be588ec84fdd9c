import Crypto
import Fiscal
import FoundationEssentials
import JobQueue
import Postgres

/// Receipts that were printed elsewhere, put on record with their signs: nothing of them is ever sent.
enum PrintedReceiptEffects {
    static let kinds = [record]

    /// The provider's name of a receipt that a terminal printed. Its destination is that of what is never sent.
    static let terminal = "terminal"

    private static let record = EffectKind(
        name: "receipt.printed",
        statement: Statement(
            "receipt.printed",
            """
            INSERT INTO fiscal.receipt (
                event_id, part, edition, shop, settlement_key, order_id, payment_id, type, total, provider,
                destination, external_id, document, request, request_digest, state, fn, fd, fpd, qr, closed_at)
            SELECT event_id, 1, edition, shop, settlement_key, order_id, payment_id, type, total, '\(terminal)',
                   '\(ReceiptSteps.nowhere)', external_id, document, ''::bytea, digest, 'fiscalised', fn, fd, fpd, qr, now()
            FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::bigint[], $9::text[], $10::jsonb[], $11::bytea[], $12::text[], $13::text[], $14::text[],
                        $15::text[])
                AS r (event_id, edition, shop, settlement_key, order_id, payment_id, type, total, external_id, document,
                      digest, fn, fd, fpd, qr)
            ORDER BY event_id
            """),
        columns: [
            .bigint, .bigint, .text, .text, .text, .text, .text, .bigint, .text, .jsonb, .bytea, .text, .text, .text,
            .text,
        ])

    /// The terminal's receipt of an event, under the settlement that no other receipt may settle again.
    ///
    /// - Throws: An encoding error.
    static func record(
        _ receipt: PlannedReceipt, signs: FiscalSigns, event: Int64, shop: String, eventKey: String, edition: Int
    ) throws -> Effect {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let document = String(decoding: try encoder.encode(receipt.document), as: UTF8.self)
        let body = receipt.document.body
        let qr = try? QRText(time: receipt.document.settledAt, total: body.total, signs: signs, type: body.type)
        return Effect(
            record,
            [
                .int(event), .int(edition), .text(shop), .text(receipt.settlementKey.description),
                .text(receipt.orderID), .text(receipt.paymentID), .text(body.type.rawValue), .int(body.total.kopecks),
                .text(ExternalID(shop: shop, eventKey: eventKey, part: 1, edition: edition).text), .json(document),
                .bytes(Array(SHA256.hash(data: [UInt8]()))), .text(signs.fn), .text(String(signs.fd)),
                .text(String(signs.fpd)), .text(body.total.isPositive ? qr?.text : nil),
            ])
    }
}
