/// Remembers per method when a portal gives operating time back, so that a refused method pauses no longer than needed:
/// the refusal itself does not tell.
package struct BitrixOperatingLedger: Sendable {
    /// The portal counts in buckets of a minute: the pause where nothing better is known.
    package static let bucket = Duration.seconds(60)

    /// The portal forgets after ten minutes whatever was used.
    package static let limit = Duration.seconds(600)

    private var resets: [String: ContinuousClock.Instant] = [:]

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
}
