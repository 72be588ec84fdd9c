package import JobQueue
import Postgres

/// What the orders in the shop show now, as steps report it.
package enum WritebackEffects {
    package static let kinds = [record, found, trouble]

    package enum Outcome: String, Sendable {
        case written
        case propertyMissing = "property_missing"
        case orderMissing = "order_missing"
        case refused
    }

    private static let record = EffectKind(
        name: "writeback.record",
        statement: Statement(
            "writeback.record",
            """
            INSERT INTO fiscal.writeback AS w (shop, order_id, receipt_id, outcome, detail)
            SELECT DISTINCT ON (shop, order_id) shop, order_id, receipt_id, outcome, detail
            FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[])
                AS n (shop, order_id, receipt_id, outcome, detail)
            ORDER BY shop, order_id, receipt_id DESC
            ON CONFLICT (shop, order_id) DO UPDATE
            SET receipt_id = excluded.receipt_id, outcome = excluded.outcome, detail = excluded.detail,
                written_at = now()
            """),
        columns: [.text, .text, .bigint, .text, .text])

    /// The order shows that receipt, or does not for the reason in `outcome`.
    package static func record(
        shop: String, order: String, receipt: Int64, _ outcome: Outcome, detail: String?
    ) -> Effect {
        Effect(record, [.text(shop), .text(order), .int(receipt), .text(outcome.rawValue), .text(detail)])
    }

    private static let found = EffectKind(
        name: "writeback.found",
        statement: Statement("writeback.found", "SELECT fiscal.end_missing_orders($1, $2)"), columns: [.text, .text])

    /// The portal has the order: whatever was said of its absence is over.
    package static func found(shop: String, order: String) -> Effect {
        Effect(found, [.text(shop), .text(order)])
    }

    private static let trouble = EffectKind(
        name: "writeback.trouble",
        statement: Statement("writeback.trouble", "SELECT fiscal.note_writeback_trouble($1, $2, $3, $4, $5)"),
        columns: [.text, .text, .bigint, .text, .text])

    /// A person is to look at the order: it is put on the list, with an alarm for its shop.
    package static func trouble(
        _ kind: WritebackTroubles.Kind, shop: String, order: String, receipt: Int64, detail: String?
    ) -> Effect {
        Effect(trouble, [.text(shop), .text(order), .int(receipt), .text(kind.rawValue), .text(detail)])
    }
}
