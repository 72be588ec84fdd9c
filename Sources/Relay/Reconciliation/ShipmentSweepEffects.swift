import FoundationEssentials
import JobQueue
import Postgres

/// Keeps how far the portals' shipments were read, with the outcome of the comparison that read them.
enum ShipmentSweepEffects {
    static let kinds = [keep]

    private static let keep = EffectKind(
        name: "shipment.sweep",
        statement: Statement(
            "shipment.sweep",
            """
            SELECT fiscal.keep_shipment_sweep(s.shop, s.window_start, s.window_end, s.last_shipment, s.done, s.suspects)
            FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::bigint[], $5::boolean[], $6::jsonb[])
                AS s (shop, window_start, window_end, last_shipment, done, suspects)
            ORDER BY s.shop
            """),
        columns: [.text, .timestamptz, .timestamptz, .bigint, .boolean, .jsonb])

    static func keep(_ sweep: ShipmentSweep, shop: String) -> Effect {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Three plain fields always have a form.
        let suspects = (try? encoder.encode(sweep.suspects)).map { String(decoding: $0, as: UTF8.self) }
        return Effect(
            keep,
            [
                .text(shop), .timestamp(Timestamp(microsecondsSince1970: sweep.start * 1_000_000)),
                .timestamp(Timestamp(microsecondsSince1970: sweep.end * 1_000_000)), .int(sweep.last),
                .bool(sweep.isDone),
                .json(suspects ?? "[]"),
            ])
    }
}

extension ReconciliationStore {
    private static let sweep = Statement(
        "reconcile.sweep",
        "SELECT window_start, window_end, last_shipment, done, suspects FROM fiscal.shipment_sweep WHERE shop = $1")

    /// How far the shop's portal was read by earlier comparisons; nil: not at all.
    func sweep(shop: String) async throws(PostgresError) -> ShipmentSweep? {
        try await pool.query(Self.sweep, [.text(shop)]) { row throws(PostgresError) in
            let text: String = try row.get("suspects")
            guard let suspects = try? JSONDecoder().decode([ShipmentInquiry.Shipped].self, from: Data(text.utf8)) else {
                throw PostgresError.abandoned("the shipments found so far cannot be read by this release")
            }
            return ShipmentSweep(
                start: try row.get(Timestamp.self, "window_start").secondsSince1970,
                end: try row.get(Timestamp.self, "window_end").secondsSince1970,
                last: try row.get("last_shipment"), isDone: try row.get("done"), suspects: suspects)
        }.first
    }
}
