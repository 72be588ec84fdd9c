import Postgres

/// What became of an event that a shop wrote, held against what may become of it.
struct ChaosFate: Hashable, Sendable {
    /// What bad input may die of.
    static let ofInput: Set<String> = ["kind_unknown", "value_missing"]
    /// What good input may die of: the provider was told to refuse it.
    static let ofRefusal: Set<String> = ["provider_chaos_refused"]

    static let all = Statement(
        "chaos.fates",
        """
        SELECT o.shop || ' ' || o.event_key AS name, e.outcome, j.state::text AS state, j.reason_code,
               (SELECT h.reason_code FROM fiscal.job h
                WHERE h.holder AND h.state = 'dead' AND h.shop = j.shop AND h.lane = j.lane AND h.id < j.id) AS ahead
        FROM fiscal.outbox o
        LEFT JOIN fiscal.event_end e ON e.event_id = o.id
        LEFT JOIN fiscal.job j ON j.id = o.id
        """)

    /// How it ended; nil: it did not.
    var outcome: String?
    /// Of its job.
    var state: String?
    /// What its job says.
    var reason: String?
    /// What the dead letter says that has the turn of its lane, and is elder.
    var ahead: String?

    /// Holds it against what was written.
    ///
    /// - Parameters:
    ///   - isValid: Whether the event can be receipted.
    ///   - outcomes: With which words it may end then.
    /// - Returns: Why that must not be; nil: it may.
    func problem(isValid: Bool, outcomes: Set<String>) -> String? {
        guard isValid else {
            if state == "dead", let reason, Self.ofInput.contains(reason) { return nil }
            return "it cannot be receipted, and \(self)"
        }
        if let outcome { return outcomes.contains(outcome) ? nil : "it may end as \(outcomes.sorted()), and \(self)" }
        if state == "dead", let reason, Self.ofRefusal.contains(reason) { return nil }
        if state == "waiting", let ahead, Self.ofRefusal.contains(ahead) { return nil }
        return "it can be receipted, and \(self)"
    }
}

extension ChaosFate: CustomStringConvertible {
    var description: String {
        if let outcome { return "ended as \(outcome)" }
        return "is \(state ?? "forgotten"), \(reason ?? "for no reason"), behind \(ahead ?? "nobody")"
    }
}
