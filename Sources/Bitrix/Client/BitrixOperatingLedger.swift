/// Remembers per method when a portal gives operating time back, and which methods rest until then.
///
/// A refusal does not tell when the time comes back; the answers before it do. A method that was refused is not sent
/// again before, so that a portal which blocks one method is not asked for it by every job, while others go on.
package struct BitrixOperatingLedger: Sendable {
    /// The portal counts in buckets of a minute: the pause where nothing better is known.
    package static let bucket = Duration.seconds(60)

    /// The portal forgets after ten minutes whatever was used.
    package static let limit = Duration.seconds(600)

    private var resets: [String: ContinuousClock.Instant] = [:]
    private var rests: [String: ContinuousClock.Instant] = [:]

    package init() {}

    /// Notes what an answer told about its method.
    package mutating func note(_ time: BitrixTime, of method: String, now: ContinuousClock.Instant) {
        guard let pause = time.resetsIn else { return }
        resets[method] = now.advanced(by: min(pause, Self.limit))
    }

    /// How long a method that was refused for its operating time should rest.
    package func pause(of method: String, now: ContinuousClock.Instant) -> Duration {
        guard let reset = resets[method], reset > now else { return Self.bucket }
        return reset - now
    }

    /// Notes that a method was refused and is not to be sent for `pause`.
    package mutating func block(_ method: String, for pause: Duration, now: ContinuousClock.Instant) {
        let end = now.advanced(by: min(pause, Self.limit))
        rests[method] = max(rests[method] ?? end, end)
    }

    /// How much longer a method rests; nil: it may be sent.
    package func rest(of method: String, now: ContinuousClock.Instant) -> Duration? {
        guard let end = rests[method], end > now else { return nil }
        return end - now
    }
}
