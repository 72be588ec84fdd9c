/// How a shop's books are compared on a schedule.
package struct ReconciliationSettings: Hashable, Sendable {
    /// Whether it happens by itself at all.
    package let isScheduled: Bool
    /// The time between two comparisons.
    package let every: Duration
    /// How many days are compared each time, the last one being yesterday in the shop's zone: a difference keeps its
    /// alarm for as long, unless it is repaired.
    package let days: Int
    /// Whether provider and portal are asked too.
    package let asks: Bool
    /// How long goods may be prepaid before the order counts as forgotten.
    package let prepaidFor: Duration
    /// How long an order may be out and not paid before a shipment without `order.shipped` counts as forgotten.
    package let unpaidFor: Duration
    /// How many pages of 50 shipments one comparison reads in the portal; the next goes on from there.
    package let shipmentPages: Int
    /// Ids of the portal's pay systems whose payments are reported to us; empty: all.
    package let paySystems: Set<Int>

    init(key: String, from reader: inout ConfigurationReader) {
        isScheduled = reader.bool("\(key).scheduled", default: true)
        every = reader.duration("\(key).every", in: .seconds(600)...(.seconds(30 * 86400)), default: .seconds(86400))
        days = reader.integer("\(key).days", in: 1...92, default: 3)
        asks = reader.bool("\(key).ask", default: true)
        prepaidFor = reader.duration(
            "\(key).prepaid_for", in: .seconds(3600)...(.seconds(1000 * 86400)), default: .seconds(30 * 86400))
        unpaidFor = reader.duration(
            "\(key).unpaid_for", in: .seconds(3600)...(.seconds(365 * 86400)), default: .seconds(14 * 86400))
        shipmentPages = reader.integer("\(key).shipment_pages", in: 1...10_000, default: 100)
        paySystems = Self.numbers("\(key).pay_systems", from: &reader)
    }

    private static func numbers(_ key: String, from reader: inout ConfigurationReader) -> Set<Int> {
        guard let text = reader.optionalText(key) else { return [] }
        let words = text.split { $0 == "," || $0.isWhitespace }
        let numbers = words.compactMap { Int($0) }.filter { $0 > 0 }
        if numbers.count != words.count || words.isEmpty {
            reader.report(
                key, "“\(text)” is no list of numbers",
                allowed: "ids of pay systems, with commas or blanks between them: 3, 7")
        }
        return Set(numbers)
    }
}
