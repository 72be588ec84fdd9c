import Fiscal
package import FiscalProviders
package import JobQueue
import FoundationEssentials
import Postgres

/// Changes of `fiscal.receipt` that steps order; each stands or falls with the outcome of the run that ordered it.
package enum ReceiptEffects {
    /// All kinds, in the order in which they are carried out.
    package static let kinds = [plan, accept, reopen, fiscalise, refuse]

    // MARK: The intent

    /// A receipt is promised: its key and bytes are on record before anything is sent (I2).
    package static let plan = EffectKind(
        name: "receipt.plan",
        statement: Statement(
            "receipt.plan",
            """
            INSERT INTO fiscal.receipt (
                event_id, part, edition, shop, settlement_key, order_id, payment_id, original_external_id, type, total,
                provider, destination, external_id, document, request, request_digest, state)
            SELECT event_id, part, edition, shop, settlement_key, order_id, payment_id, original_external_id, type,
                   total, provider, destination, external_id, document, request, request_digest, state
            FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::text[], $9::text[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::jsonb[],
                        $15::bytea[], $16::bytea[], $17::text[])
                AS r (event_id, part, edition, shop, settlement_key, order_id, payment_id, original_external_id, type,
                      total, provider, destination, external_id, document, request, request_digest, state)
            ORDER BY event_id, part, edition
            """),
        columns: [
            .bigint, .bigint, .bigint, .text, .text, .text, .text, .text, .text, .bigint, .text, .text, .text, .jsonb,
            .bytea, .bytea, .text,
        ])

    /// A receipt with its bytes, ready to be put on record.
    package struct Intent: Sendable {
        package var eventID: Int64
        package var part: Int
        package var edition: Int
        package var shop: String
        package var planned: PlannedReceipt
        package var provider: String
        package var destination: String
        package var externalID: ExternalID
        package var request: [UInt8]
        package var digest: [UInt8]
        package var state: ReceiptState

        package func effect() throws -> Effect {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let document = String(decoding: try encoder.encode(planned.document), as: UTF8.self)
            return Effect(
                ReceiptEffects.plan,
                [
                    .int(eventID), .int(part), .int(edition), .text(shop), .text(planned.settlementKey.description),
                    .text(planned.orderID), .text(planned.paymentID), .text(planned.originalExternalID),
                    .text(planned.document.body.type.rawValue), .int(planned.document.body.total.kopecks),
                    .text(provider), .text(destination), .text(externalID.text), .json(document), .bytes(request),
                    .bytes(digest), .text(state.rawValue),
                ])
        }
    }

    // MARK: The fate

    private static let accept = EffectKind(
        name: "receipt.accept",
        statement: Statement(
            "receipt.accept",
            """
            UPDATE fiscal.receipt AS r
            SET state = 'submitted', provider_id = a.provider_id, submitted_at = coalesce(r.submitted_at, now())
            FROM unnest($1::bigint[], $2::text[]) AS a (id, provider_id)
            WHERE r.id = a.id AND r.state IN ('planned', 'submitted')
            """),
        columns: [.bigint, .text])

    /// The provider has it, under this number of its own.
    package static func accept(_ receipt: Int64, providerID: String) -> Effect {
        Effect(accept, [.int(receipt), .text(providerID)])
    }

    private static let reopen = EffectKind(
        name: "receipt.reopen",
        statement: Statement(
            "receipt.reopen",
            """
            UPDATE fiscal.receipt AS r
            SET state = 'planned', refusal_code = f.code, refusal_message = f.message
            FROM unnest($1::bigint[], $2::text[], $3::text[]) AS f (id, code, message)
            WHERE r.id = f.id AND r.state = 'submitted'
            """),
        columns: [.bigint, .text, .text])

    /// The provider could not print it, for a reason that passes: it is to be sent again, byte for byte.
    package static func reopen(_ receipt: Int64, _ fault: ProviderFault) -> Effect {
        Effect(reopen, [.int(receipt), .text(fault.code), .text(fault.message)])
    }

    private static let fiscalise = EffectKind(
        name: "receipt.fiscalise",
        statement: Statement(
            "receipt.fiscalise",
            """
            UPDATE fiscal.receipt AS r
            SET state = 'fiscalised', fn = f.fn, fd = f.fd, fpd = f.fpd, qr = f.qr, closed_at = now()
            FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[]) AS f (id, fn, fd, fpd, qr)
            WHERE r.id = f.id AND r.state IN ('planned', 'submitted')
            """),
        columns: [.bigint, .text, .text, .text, .text])

    /// It has its fiscal signs.
    package static func fiscalise(_ receipt: Int64, fn: String, fd: String, fpd: String, qr: String?) -> Effect {
        Effect(fiscalise, [.int(receipt), .text(fn), .text(fd), .text(fpd), .text(qr)])
    }

    private static let refuse = EffectKind(
        name: "receipt.refuse",
        statement: Statement(
            "receipt.refuse",
            """
            UPDATE fiscal.receipt AS r
            SET state = 'refused', refusal_code = f.code, refusal_message = f.message, closed_at = now()
            FROM unnest($1::bigint[], $2::text[], $3::text[]) AS f (id, code, message)
            WHERE r.id = f.id AND r.state IN ('planned', 'submitted')
            """),
        columns: [.bigint, .text, .text])

    /// The provider refused it for good, in these words.
    package static func refuse(_ receipt: Int64, _ fault: ProviderFault) -> Effect {
        Effect(refuse, [.int(receipt), .text(fault.code), .text(fault.message)])
    }
}
