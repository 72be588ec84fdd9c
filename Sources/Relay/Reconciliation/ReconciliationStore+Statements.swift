package import Postgres

extension ReconciliationStore {
    static let now = Statement("reconcile.now", "SELECT clock_timestamp() AS moment")

    static let alarmed = Statement(
        "reconcile.alarmed", "SELECT since FROM fiscal.alarm WHERE key = $1 AND cleared_at IS NULL")

    private static let inPeriod =
        "o.shop = $1 AND o.occurred_at >= $2 AND o.occurred_at < $3 AND o.kind = ANY ($4::text[])"

    /// What is paid on credit or handed over moves no money that its receipts must come to.
    package static let events = Statement(
        "reconcile.events",
        """
        SELECT o.id, o.kind, o.occurred_at, e.outcome, j.state::text AS state, j.reason_code,
               CASE o.kind
                   WHEN 'order.paid' THEN CASE WHEN o.payload ->> 'settlement' IS DISTINCT FROM 'credit'
                                               THEN o.payload #>> '{payment,sum}' END
                   WHEN 'payment.refunded' THEN o.payload #>> '{refund,sum}'
                   WHEN 'pos.transaction' THEN o.payload ->> 'sum'
                   WHEN 'cashbox.check' THEN o.payload ->> 'total_sum'
               END AS amount,
               o.payload #>> '{order,id}' AS order_id, o.payload #>> '{payment,id}' AS payment,
               CASE WHEN o.kind = 'cashbox.check' THEN (
                   -- A payload is whatever the shop wrote: what is no amount counts as none.
                   SELECT round(sum((p ->> 'sum')::numeric), 2)::text
                   FROM jsonb_array_elements(CASE jsonb_typeof(o.payload -> 'payments')
                                             WHEN 'array' THEN o.payload -> 'payments' ELSE '[]' END) AS p
                   WHERE p ->> 'type' IN ('cash', 'cashless') AND p ->> 'sum' ~ '^[0-9]{1,12}([.][0-9]{1,8})?$')
               END AS check_money,
               coalesce(o.payload #>> '{check,type}' ~ 'return(cash)?$', false) AS is_returned,
               o.kind = 'payment.refunded' AND jsonb_typeof(o.payload -> 'items') IS DISTINCT FROM 'array'
                   AND o.payload ->> 'stock_effect' IS DISTINCT FROM 'none'
                   -- What is given back of goods that changed hands is a return of the full payment.
                   AND EXISTS (SELECT FROM fiscal.receipt r
                               WHERE r.event_id = o.id AND r.state = 'fiscalised'
                                 AND r.document @? '$.body.items[*] ? (@.method == "full_payment")')
                   AND EXISTS (SELECT FROM fiscal.stock_movement m
                               WHERE m.shop = o.shop AND m.family IN (
                                   SELECT s.family FROM fiscal.stock_movement s
                                   WHERE s.shop = o.shop AND s.order_id = o.payload #>> '{order,id}' AND s.kind = 'shipment')
                               GROUP BY m.family, m.product_id HAVING sum(m.quantity) < 0) AS leaves_goods_out
        FROM fiscal.outbox o
            LEFT JOIN fiscal.event_end e ON e.event_id = o.id
            LEFT JOIN fiscal.job j ON j.id = o.id
        WHERE \(inPeriod)
        ORDER BY o.occurred_at, o.id
        """)

    package static let receipts = Statement(
        "reconcile.receipts",
        """
        SELECT r.id, r.event_id, r.part, r.edition, r.settlement_key, r.order_id, r.type, r.total,
               r.document #>> '{body,payments}' AS payments, r.state, r.destination, r.provider_id, r.fn, r.fd, r.fpd
        FROM fiscal.outbox o JOIN fiscal.receipt r ON r.event_id = o.id
        WHERE \(inPeriod)
        ORDER BY r.id
        """)

    /// Kopecks that a receipt `r` adds to what is prepaid: money taken before hand-over, less what was offset or given
    /// back.
    private static let prepaid = """
        CASE WHEN r.type LIKE 'sell_return%' THEN -1 ELSE 1 END * (
            coalesce((SELECT sum((i ->> 'sum')::numeric) FROM jsonb_array_elements(r.document #> '{body,items}') AS i
                      WHERE i ->> 'method' IN ('full_prepayment', 'prepayment', 'advance')), 0)
            - coalesce((r.document #>> '{body,payments,prepaid}')::numeric, 0)) * 100
        """

    /// Whoever may say that goods were prepaid: the shop, its portal's own register, a correction.
    package static let openOrders = Statement(
        "reconcile.openOrders",
        """
        WITH paid AS MATERIALIZED (
            SELECT r.order_id, min(o.id) AS first
            FROM fiscal.outbox o JOIN fiscal.receipt r ON r.event_id = o.id
            WHERE o.shop = $1 AND o.occurred_at >= $2 AND o.occurred_at < $3
              AND o.kind IN ('order.paid', 'cashbox.check', 'receipt.correction')
              AND r.state = 'fiscalised' AND r.order_id IS NOT NULL
              AND r.document @? '$.body.items[*] ? (@.method == "full_prepayment" || @.method == "prepayment" || @.method == "advance")'
            GROUP BY r.order_id
        )
        SELECT p.order_id FROM paid p
        WHERE (SELECT sum(\(prepaid)) FROM fiscal.receipt r
               WHERE r.shop = $1 AND r.order_id = p.order_id AND r.state = 'fiscalised') > 0
        ORDER BY p.first LIMIT $4
        """)

    /// One row per day of the period, and one with an empty day for all that came before it.
    package static let prepaymentMoves = Statement(
        "reconcile.prepaymentMoves",
        """
        WITH m AS MATERIALIZED (
            SELECT left(r.document ->> 'settled_at', 10) AS day, \(prepaid) AS moved
            FROM fiscal.receipt r WHERE r.shop = $1 AND r.state = 'fiscalised'
        )
        SELECT CASE WHEN m.day < $2 THEN '' ELSE m.day END AS day, sum(m.moved)::bigint AS moved
        FROM m WHERE m.moved <> 0 AND m.day <= $3
        GROUP BY 1
        """)

    package static let shipments = Statement(
        "reconcile.shipments",
        """
        SELECT o.payload #>> '{shipment,id}' AS shipment FROM fiscal.outbox o
        WHERE o.shop = $1 AND o.subject = ANY ($2::text[]) AND o.subject <> '' AND o.kind = 'order.shipped'
        """)

    package static let firstOrderEvent = Statement(
        "reconcile.firstOrderEvent",
        """
        SELECT o.occurred_at FROM fiscal.outbox o
        WHERE o.shop = $1 AND o.occurred_at >= $2 AND o.kind IN ('order.paid', 'order.shipped')
        ORDER BY o.occurred_at LIMIT 1
        """)

    package static let receiptedOrders = Statement(
        "reconcile.receiptedOrders",
        """
        SELECT DISTINCT r.order_id FROM fiscal.receipt r
        WHERE r.shop = $1 AND r.order_id = ANY ($2::text[]) AND r.state NOT IN ('refused', 'abandoned')
        """)
}
