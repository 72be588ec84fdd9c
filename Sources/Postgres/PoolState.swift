/// The decisions of a pool: who gets a connection, who waits, what is closed. Values in, values out; no clock, no I/O.
///
/// Every request holds a *place* from the moment it is granted until it is given back; there are `size` places.
/// A place is either filled with a connection or to be filled by whoever holds it. Waiters are served first come,
/// first served, and nobody overtakes them.
struct PoolState<Resource, Waiter> {
    typealias Instant = ContinuousClock.Instant
    typealias Grant = PoolGrant<Resource>

    private struct Idle {
        let resource: Resource
        let since: Instant
    }

    private struct Waiting {
        let id: Int
        let waiter: Waiter
        let deadline: Instant
    }

    let size: Int
    private var idle: [Idle] = []
    private var waiting: [Waiting] = []
    private(set) var taken = 0
    private(set) var isClosed = false

    /// - Precondition: `size` is at least 1.
    init(size: Int) {
        precondition(size >= 1, "a pool needs at least one connection")
        self.size = size
    }

    var idleCount: Int { idle.count }
    var waitingCount: Int { waiting.count }
    /// When the first waiter gives up; `nil` if nobody waits. Deadlines are in the order of arrival.
    var nextDeadline: Instant? { waiting.first?.deadline }
    /// Since when the longest unused connection is idle.
    var oldestIdle: Instant? { idle.first?.since }

    /// Takes a place at once; `nil`: none is free.
    ///
    /// Nobody is overtaken: while somebody waits every place is taken, as ``giveBack(_:at:)`` hands it on.
    mutating func take() -> Grant? {
        guard !isClosed, taken < size else { return nil }
        taken += 1
        return idle.popLast().map { .idle($0.resource) } ?? .place
    }

    /// Puts a request at the end of the queue.
    mutating func wait(_ id: Int, _ waiter: Waiter, until deadline: Instant) {
        waiting.append(Waiting(id: id, waiter: waiter, deadline: deadline))
    }

    /// Gives a place back, with the connection that is in it unless it is broken.
    ///
    /// - Returns: The waiter to be served next and what it gets, and a connection to be closed.
    mutating func giveBack(_ resource: Resource?, at now: Instant) -> (served: (Waiter, Grant)?, close: Resource?) {
        guard !isClosed else {
            taken -= 1
            return (nil, resource)
        }
        if !waiting.isEmpty {
            let next = waiting.removeFirst()
            if let resource { return ((next.waiter, .idle(resource)), nil) }
            return ((next.waiter, idle.popLast().map { .idle($0.resource) } ?? .place), nil)
        }
        taken -= 1
        if let resource { idle.append(Idle(resource: resource, since: now)) }
        return (nil, nil)
    }

    /// Takes a request out of the queue; `nil` if it is not there any more.
    mutating func withdraw(_ id: Int) -> Waiter? {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return nil }
        return waiting.remove(at: index).waiter
    }

    /// Takes out everybody whose deadline has come.
    mutating func expire(at now: Instant) -> [Waiter] {
        let expired = waiting.prefix { $0.deadline <= now }.map(\.waiter)
        waiting.removeFirst(expired.count)
        return expired
    }

    /// Takes out the connections that nobody used since `instant`.
    mutating func retire(idleSince instant: Instant) -> [Resource] {
        let retired = idle.prefix { $0.since <= instant }.map(\.resource)
        idle.removeFirst(retired.count)
        return retired
    }

    /// Ends the pool: no more grants. Places still taken come back through ``giveBack(_:at:)``.
    mutating func close() -> (waiters: [Waiter], idle: [Resource]) {
        isClosed = true
        defer {
            waiting = []
            idle = []
        }
        return (waiting.map(\.waiter), idle.map(\.resource))
    }
}
