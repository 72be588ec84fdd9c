/// Decides which waiting transfer may start: in order within a host, hosts in turn, both limits kept.
///
/// libcurl could hold transfers back itself, but those it holds it neither times out nor counts.
struct AdmissionQueue<ID: Hashable> {
    private struct Host {
        var active = 0
        var waiting = Queue<ID>()
        /// Stands in `turns`.
        var hasTurn = false
    }

    let limit: Int
    let limitPerHost: Int
    private(set) var active = 0
    private var hosts: [String: Host] = [:]
    private var turns = Queue<String>()
    /// Withdrawn ones stay in their host's queue until it reaches them.
    private var waiting: Set<ID> = []

    init(limit: Int, limitPerHost: Int) {
        self.limit = limit
        self.limitPerHost = limitPerHost
    }

    var waitingCount: Int { waiting.count }

    mutating func enqueue(_ id: ID, for host: String) {
        waiting.insert(id)
        hosts[host, default: Host()].waiting.append(id)
        grantTurn(to: host)
    }

    /// The next one to start, nil when none may.
    mutating func next() -> ID? {
        while active < limit, let host = turns.popFirst() {
            hosts[host]?.hasTurn = false
            while let id = hosts[host]?.waiting.popFirst() {
                guard waiting.remove(id) != nil else { continue }
                active += 1
                hosts[host]?.active += 1
                grantTurn(to: host)
                return id
            }
            forgetIfIdle(host)
        }
        return nil
    }

    /// Takes back one that has not been returned by ``next()``.
    mutating func withdraw(_ id: ID) {
        waiting.remove(id)
    }

    /// One returned by ``next()`` has ended.
    mutating func release(_ host: String) {
        active -= 1
        hosts[host]?.active -= 1
        grantTurn(to: host)
        forgetIfIdle(host)
    }

    private mutating func grantTurn(to host: String) {
        guard let state = hosts[host], !state.hasTurn, !state.waiting.isEmpty, state.active < limitPerHost else {
            return
        }
        hosts[host]?.hasTurn = true
        turns.append(host)
    }

    private mutating func forgetIfIdle(_ host: String) {
        if let state = hosts[host], state.active == 0, state.waiting.isEmpty { hosts[host] = nil }
    }
}
