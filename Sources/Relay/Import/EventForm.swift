/// What the outbox can hold of an event, so that a row which it would refuse is refused in words.
package enum EventForm {
    /// In characters, as the constraint `outbox_lengths` counts them.
    static let longestShop = 100
    static let longestKind = 100
    static let longestKey = 300
    static let longestSubject = 200

    /// What is wrong with the event's names; nil: they can be written. Its payload is not looked at.
    package static func fault(of event: EventStore.NewEvent) -> String? {
        fault("shop", event.shop, 1...longestShop) ?? fault("kind", event.kind, 1...longestKind)
            ?? fault("event_key", event.eventKey, 1...longestKey)
            ?? fault("subject", event.subject, 0...longestSubject)
    }

    private static func fault(_ name: String, _ text: String, _ allowed: ClosedRange<Int>) -> String? {
        if text.utf8.contains(0) { return "\(name): holds the character U+0000, which the database cannot keep" }
        let length = text.unicodeScalars.count
        guard !allowed.contains(length) else { return nil }
        return "\(name): has \(length) characters; allowed are \(allowed.lowerBound) to \(allowed.upperBound)"
    }
}
