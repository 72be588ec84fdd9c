package import Fiscal

/// What an event says about stock, line by line: one row each for `fiscal.move_stock`.
package enum StockChange: Hashable, Sendable {
    case line(Line)
    case cancel(Cancel)
    case fault(StockFault)

    /// Goods of one line that leave a store or come back to it.
    package struct Line: Hashable, Sendable {
        package enum Kind: String, Hashable, Sendable {
            case sale, shipment, refund
            /// Goods of an order come back with the money for them.
            case returned = "return"
            /// Goods of an order for which money goes back, and which stay where they are.
            case kept
        }

        package var kind: Kind
        /// Place of the line in the payload, from 1.
        package var place: Int
        /// Together with ``line`` what stock moves once by, within the shop.
        package var transaction: String
        package var line: String
        /// The transaction whose goods these are: of a refund its original; nil for what comes back to an order, whose
        /// shipments they are.
        package var family: String?
        /// nil where goods come back: the one of the line that left.
        package var store: String?
        /// nil where goods come back: the one of the line that left.
        package var product: String?
        /// Negative leaves the store. At most six decimals.
        package var quantity: ExactDecimal
        package var order: String?
        /// Seconds since 1970-01-01T00:00:00Z, by the shop's clock.
        package var occurredAt: Int64
        /// Whether the movement reaches the portal as a document.
        package var isPushed: Bool
    }

    /// A whole transaction or shipment is taken back: what left and did not come back yet.
    package struct Cancel: Hashable, Sendable {
        package var transaction: String
        /// nil: every shipment of ``order``.
        package var family: String?
        package var order: String?
        /// Takes back what left until then, in seconds since 1970-01-01T00:00:00Z; nil: whatever comes, for ever.
        package var until: Int64?
        package var occurredAt: Int64
    }
}

/// A line that cannot be moved. The others of its event are.
package struct StockFault: Hashable, Sendable {
    /// Short and stable.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// Nothing of the event can be read.
        case unreadable
        case lineInvalid = "line_invalid"
        case lineDoubled = "line_doubled"
        case productMissing = "product_missing"
        case storeMissing = "store_missing"
        case quantityInvalid = "quantity_invalid"
    }

    package var code: Code
    /// Place of the line in the payload, from 1; 0: the whole event.
    package var place: Int
    package var transaction: String
    package var line: String
    /// For the person who made the event; names the field and what is allowed.
    package var message: String
}
