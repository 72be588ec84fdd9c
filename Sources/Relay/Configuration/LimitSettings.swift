/// How much an external account may be asked, by all workers together.
package struct LimitSettings: Hashable, Sendable {
    /// Requests a second in the long run; nil: as many as come.
    package let perSecond: Int?
    /// Requests that may come at once after a pause.
    package let burst: Int
    /// Requests under way at once; nil: as many as come.
    package let concurrency: Int?

    init(key: String, from reader: inout ConfigurationReader) {
        let isLimited = reader.optionalText("\(key).rate") != nil
        let rate = reader.integer("\(key).rate", in: 1...1000, default: 1)
        perSecond = isLimited ? rate : nil
        burst = reader.integer("\(key).burst", in: 1...1000, default: max(rate, 1))
        let isBounded = reader.optionalText("\(key).concurrency") != nil
        let bound = reader.integer("\(key).concurrency", in: 1...1000, default: 1)
        concurrency = isBounded ? bound : nil
    }
}
