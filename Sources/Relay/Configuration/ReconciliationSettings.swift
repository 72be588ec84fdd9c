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

    init(key: String, from reader: inout ConfigurationReader) {
        isScheduled = reader.bool("\(key).scheduled", default: true)
        every = reader.duration("\(key).every", in: .seconds(600)...(.seconds(30 * 86400)), default: .seconds(86400))
        days = reader.integer("\(key).days", in: 1...92, default: 3)
        asks = reader.bool("\(key).ask", default: true)
        prepaidFor = reader.duration(
            "\(key).prepaid_for", in: .seconds(3600)...(.seconds(1000 * 86400)), default: .seconds(30 * 86400))
    }
}
