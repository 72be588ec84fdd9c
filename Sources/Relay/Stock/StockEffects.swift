import Fiscal
package import JobQueue
import Postgres

/// Changes of the stock tables that steps order; each stands or falls with the outcome of the run that ordered it.
package enum StockEffects {
    /// All kinds, in the order in which they are carried out; after all others, since levels are what rivals wait for.
    package static let kinds = [planDocument, closeDocument, refuseLine, hear, ahead, move, bringBack, push]

    // MARK: The ledger

    private static let move = EffectKind(
        name: "stock.move",
        statement: Statement(
            "stock.move",
            "SELECT fiscal.move_stock($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"),
        columns: [
            .bigint, .bigint, .text, .text, .text, .text, .text, .text, .text, .numeric, .text, .timestamptz,
            .timestamptz, .boolean, .text, .text,
        ])

    /// Stock moves as `change` says, once, whatever was said of it before.
    package static func move(_ change: StockChange, event: Int64, shop: String) -> Effect {
        switch change {
        case .line(let line):
            Effect(
                move,
                [
                    .int(event), .int(line.place), .text(shop), .text(line.transaction), .text(line.family),
                    .text(line.kind.rawValue), .text(line.line), .text(line.store), .text(line.product),
                    .numeric(PostgresNumeric(line.quantity.description)), .text(line.order),
                    .timestamp(moment(line.occurredAt)), .timestamp(nil), .bool(line.isPushed), .text(nil), .text(nil),
                ])
        case .cancel(let cancel):
            Effect(
                move,
                [
                    .int(event), .int(0), .text(shop), .text(cancel.transaction), .text(cancel.family), .text("cancel"),
                    .text(nil), .text(nil), .text(nil), .numeric(nil), .text(cancel.order),
                    .timestamp(moment(cancel.occurredAt)), .timestamp(cancel.until.map(moment) ?? .infinity),
                    .bool(false), .text(nil), .text(nil),
                ])
        case .fault(let fault):
            Effect(
                move,
                [
                    .int(event), .int(fault.place), .text(shop), .text(fault.transaction), .text(nil), .text("fault"),
                    .text(fault.line), .text(nil), .text(nil), .numeric(nil), .text(nil), .timestamp(nil),
                    .timestamp(nil), .bool(false), .text(fault.code.rawValue), .text(fault.message),
                ])
        }
    }

    private static func moment(_ seconds: Int64) -> Timestamp {
        let (microseconds, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000)
        return Timestamp(microsecondsSince1970: overflowed ? (seconds < 0 ? .min : .max) : microseconds)
    }

    private static let ahead = EffectKind(
        name: "stock.ahead", statement: Statement("stock.ahead", "SELECT fiscal.note_stock_ahead($1)"),
        columns: [.bigint])

    /// The stock of this event was moved before the turn of its job came.
    package static func ahead(_ event: Int64) -> Effect {
        Effect(ahead, [.int(event)])
    }

    private static let hear = EffectKind(
        name: "stock.hear", statement: Statement("stock.hear", "SELECT fiscal.hear_payments($1, $2)"),
        columns: [.text, .text])

    /// A payment of this order was heard of: what refunds told before brought back is counted anew soon.
    package static func hear(order: String, shop: String) -> Effect {
        Effect(hear, [.text(shop), .text(order)])
    }

    private static let bringBack = EffectKind(
        name: "stock.bring_back",
        statement: Statement(
            "stock.bring_back",
            "SELECT fiscal.bring_back_waiting(max(u.orders)) FROM unnest($1::bigint[]) AS u (orders)"),
        columns: [.bigint])

    /// What refunds give back whose payments were not known, and are by now, comes back; of so many orders at most.
    package static func bringBack(orders: Int) -> Effect {
        Effect(bringBack, [.int(orders)])
    }

    private static let push = EffectKind(
        name: "stock.push",
        statement: Statement(
            "stock.push",
            """
            SELECT fiscal.spawn(
                array_agg(NULL::bigint), array_agg(s.shop), array_agg('\(StockPushSteps.kind)'::text),
                array_agg('\(StockPushSteps.lane)'::text), array_agg('local'::text),
                array_agg('\(StockPushSteps.dispatch)'::text), array_agg(0), array_agg(NULL::text),
                array_agg(\(StockPushSteps.gathering)::bigint), array_agg(true))
            FROM (SELECT DISTINCT shop FROM unnest($1::text[]) AS u (shop) ORDER BY shop) AS s
            """),
        columns: [.text])

    /// What is to reach the portal of this shop is brought there soon; for runs that belong to no shop.
    package static func push(shop: String) -> Effect {
        Effect(push, [.text(shop)])
    }

    // MARK: Documents

    private static let planDocument = EffectKind(
        name: "stock.document.plan",
        statement: Statement(
            "stock.document.plan",
            """
            SELECT fiscal.plan_stock_document(p.shop, p.store, p.at_most::int)
            FROM unnest($1::text[], $2::text[], $3::bigint[]) AS p (shop, store, at_most) ORDER BY p.shop, p.store
            """),
        columns: [.text, .text, .bigint])

    /// The next document of a store is put on record with its lines, unless one is open.
    package static func planDocument(shop: String, store: String, atMost: Int) -> Effect {
        Effect(planDocument, [.text(shop), .text(store), .int(atMost)])
    }

    private static let closeDocument = EffectKind(
        name: "stock.document.close",
        statement: Statement(
            "stock.document.close",
            """
            SELECT fiscal.close_stock_document(c.document, c.portal, c.outcome)
            FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS c (document, portal, outcome) ORDER BY c.document
            """),
        columns: [.bigint, .bigint, .text])

    /// The portal has moved its stock by the document, which is `portal` there; nil: it took no line of it.
    package static func closeDocument(_ document: Int64, portal: Int64?) -> Effect {
        Effect(closeDocument, [.int(document), .int(portal), .text(portal == nil ? "empty" : "conducted")])
    }

    private static let refuseLine = EffectKind(
        name: "stock.document.refuse",
        statement: Statement(
            "stock.document.refuse",
            """
            SELECT fiscal.refuse_stock_line(r.document, r.product, r.code, r.message)
            FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS r (document, product, code, message)
            ORDER BY r.document, r.product
            """),
        columns: [.bigint, .text, .text, .text])

    /// The portal does not take this product into the document.
    package static func refuseLine(_ document: Int64, product: String, code: String, message: String) -> Effect {
        Effect(refuseLine, [.int(document), .text(product), .text(code), .text(message)])
    }
}
