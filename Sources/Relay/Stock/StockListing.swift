import Postgres

/// What a store should hold of a product, by the ledger.
package struct StockLevel: Hashable, Sendable, Encodable {
    package let shop: String
    package let store: String
    package let product: String
    /// Decimal text; negative below zero.
    package let quantity: String
    /// What of it the portal is still to be told, as decimal text; `0` where nothing waits.
    package let waiting: String
    /// What of it the portal may have been told in a time that a restore took back, until a person says; `0` mostly.
    package let held: String
    /// ISO 8601, UTC.
    package let movedAt: String

    enum CodingKeys: String, CodingKey {
        case shop, quantity, waiting, held
        case store = "store_id"
        case product = "product_id"
        case movedAt = "moved_at"
    }

    package init(
        shop: String, store: String, product: String, quantity: String, waiting: String, held: String, movedAt: String
    ) {
        self.shop = shop
        self.store = store
        self.product = product
        self.quantity = quantity
        self.waiting = waiting
        self.held = held
        self.movedAt = movedAt
    }

    init(row: borrowing Row) throws(PostgresError) {
        shop = try row.get("shop")
        store = try row.get("store_id")
        product = try row.get("product_id")
        quantity = try row.get("quantity")
        waiting = try row.get("waiting")
        held = try row.get("held")
        movedAt = try row.get("moved_at")
    }
}

/// A row of the ledger.
package struct StockMovement: Hashable, Sendable, Encodable {
    package let id: Int64
    package let shop: String
    package let transaction: String
    package let line: String
    package let kind: String
    package let family: String
    package let store: String
    package let product: String
    /// Decimal text; negative left the store.
    package let quantity: String
    /// What the event said.
    package let stated: String
    package let order: String?
    package let event: Int64?
    package let occurredAt: String
    /// left: to Bitrix; held: a person is to say whether the portal has it; waiting; refused, with the portal's words; else
    /// the number of its document.
    package let portal: String

    enum CodingKeys: String, CodingKey {
        case id, shop, line, kind, family, quantity, stated, portal
        case transaction = "transaction_id"
        case store = "store_id"
        case product = "product_id"
        case order = "order_id"
        case event = "event_id"
        case occurredAt = "occurred_at"
    }

    init(row: borrowing Row) throws(PostgresError) {
        id = try row.get("id")
        shop = try row.get("shop")
        transaction = try row.get("transaction_id")
        line = try row.get("line")
        kind = try row.get("kind")
        family = try row.get("family")
        store = try row.get("store_id")
        product = try row.get("product_id")
        quantity = try row.get("quantity")
        stated = try row.get("stated")
        order = try row.getOptional("order_id")
        event = try row.getOptional("event_id")
        occurredAt = try row.get("occurred_at")
        portal = try row.get("portal")
    }
}

/// A line that did not move stock as its event says.
package struct StockFaultListed: Hashable, Sendable, Encodable {
    package let event: Int64
    package let place: Int
    package let code: String
    package let shop: String
    package let transaction: String
    package let line: String
    package let message: String

    enum CodingKeys: String, CodingKey {
        case place, code, shop, line, message
        case event = "event_id"
        case transaction = "transaction_id"
    }

    init(row: borrowing Row) throws(PostgresError) {
        event = try row.get("event_id")
        place = try row.get("place")
        code = try row.get("code")
        shop = try row.get("shop")
        transaction = try row.get("transaction_id")
        line = try row.get("line")
        message = try row.get("message")
    }
}
