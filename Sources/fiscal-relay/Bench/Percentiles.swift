/// How a set of values is spread.
struct Percentiles: Hashable, Sendable {
    let p50: Double
    let p95: Double
    let p99: Double

    /// By nearest rank; `nil` without values.
    init?(of values: [Double]) {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        func rank(_ share: Double) -> Double {
            sorted[min(sorted.count - 1, max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1))]
        }
        (p50, p95, p99) = (rank(0.50), rank(0.95), rank(0.99))
    }
}
