import Postgres

/// What a worker knows of the work there is: which streams have ready jobs, what comes due when, what is closed.
///
/// A value that decides where the next claim looks; surveys and claims teach it.
struct StreamBoard: Sendable {
    private struct Stream {
        var look: ClaimLook
        /// The last claim took all that its limit allowed: there is more.
        var wasFull = true
        /// That claim found as much as it could take: no survey need look whether there is any.
        var hasPlenty = false
        /// When a claim last found something; before that, when it became known.
        var foundAt: ContinuousClock.Instant
        var hasFound = false
        /// When we last had reason to believe in it.
        var knownAt: ContinuousClock.Instant
        /// Counts visits, so that those visited longest ago come first.
        var lastVisit: UInt64 = 0

        init(at now: ContinuousClock.Instant) {
            look = ClaimLook(at: now)
            (knownAt, foundAt) = (now, now)
        }

        /// Whether it is worth a visit though the last one found nothing.
        func isFresh(at now: ContinuousClock.Instant) -> Bool {
            foundAt.advanced(by: StreamBoard.patience) > now || look.noFullLookBefore > now
        }
    }

    private var streams: [StreamKey: Stream] = [:]
    /// When the first job of a queue comes due, and when we learned it; absent: none that we know of.
    private var dueAt: [String: (at: ContinuousClock.Instant, known: ContinuousClock.Instant)] = [:]
    private var dueLooks: [String: ClaimLook] = [:]
    private var closedUntil: [String: ContinuousClock.Instant] = [:]
    /// When somebody last told us that there is something new.
    private var toldAt: ContinuousClock.Instant?
    private var settlesAt: ContinuousClock.Instant?
    private var lastWasLong = false
    private var visits: UInt64 = 0
    private var claims: UInt64 = 0

    private(set) var nextSurvey: ContinuousClock.Instant
    /// What a survey costs, as far as known: quick to fall and slow to rise.
    private var surveyCost = Duration.zero
    /// Surveys that cost alike may take a twentieth of the time, but one that was slow must not blind us for long:
    /// perhaps it was the machine that was busy, or the first one of its session, which has its plans to make.
    private static let surveyFactor = 20
    private static let longestPause = Duration.seconds(5)
    /// For how long a stream that has run dry is still visited: its next job then waits for no survey.
    private static let patience = Duration.seconds(5)

    init(at now: ContinuousClock.Instant) {
        nextSurvey = now
    }

    /// Whether there is, as far as known, something that may be claimed now; `queueRoom` as in
    /// ``plan(room:at:queueRoom:)``.
    func hasWork(at now: ContinuousClock.Instant, queueRoom: (String) -> Int = { _ in 1 }) -> Bool {
        streams.keys.contains { isOpen($0.queue, at: now) && queueRoom($0.queue) > 0 }
            || dueAt.contains { $0.value.at <= now && isOpen($0.key, at: now) && queueRoom($0.key) > 0 }
    }

    /// When, as far as known, something comes due or opens by itself.
    func nextDue(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let due = dueAt.map { queue, due in max(due.at, closedUntil[queue] ?? due.at) }
        let opening = streams.keys.compactMap { closedUntil[$0.queue] }
        return (due + opening).filter { $0 > now }.min()
    }

    /// Whether, as far as known, something in `queue` waits for a claim.
    func knows(_ queue: String) -> Bool {
        dueAt[queue] != nil || streams.keys.contains { $0.queue == queue }
    }

    /// Streams in which a survey would only find what is known: that there is plenty. Looking for the first living row
    /// of one costs a walk over all that died in front of it.
    var streamsWithPlenty: [StreamKey] { streams.compactMap { $0.value.hasPlenty ? $0.key : nil } }

    /// Whether some have plenty and others, that have not, had something a short while ago: the next job of those waits
    /// for the transactions under way.
    func isShared(at now: ContinuousClock.Instant) -> Bool {
        streams.contains { $0.value.hasPlenty && isOpen($0.key.queue, at: now) }
            && streams.contains { !$0.value.hasPlenty && $0.value.hasFound && $0.value.isFresh(at: now) }
    }

    private func isOpen(_ queue: String, at now: ContinuousClock.Instant) -> Bool {
        closedUntil[queue].map { $0 <= now } ?? true
    }

    /// Says that a survey is wanted.
    mutating func wantSurvey(at now: ContinuousClock.Instant) {
        nextSurvey = min(nextSurvey, now)
    }

    /// Somebody told us that there is something new: a survey is wanted that begins after this.
    mutating func isTold(at now: ContinuousClock.Instant) {
        toldAt = now
        wantSurvey(at: now)
    }

    /// By `instant` all has been committed that we shall not be told of: a survey is wanted that begins after that,
    /// however slow they are.
    mutating func settles(at instant: ContinuousClock.Instant) {
        settlesAt = instant
        wantSurvey(at: instant)
    }

    /// A queue has opened, whatever the last survey said.
    mutating func hasOpened(_ queue: String, at now: ContinuousClock.Instant) {
        closedUntil[queue] = nil
        isTold(at: now)
    }

    /// Takes in a survey that began at `start`; what was learned since then stands.
    mutating func learn(
        _ findings: [SurveyFinding], startedAt start: ContinuousClock.Instant, took: Duration,
        at now: ContinuousClock.Instant
    ) {
        dueAt = dueAt.filter { $0.value.known >= start }
        closedUntil = [:]
        var seen: Set<StreamKey> = []
        for finding in findings {
            if finding.closedFor != .zero {
                // Closed until somebody opens it: whether somebody has is seen by the next survey.
                closedUntil[finding.queue] = now.advanced(by: finding.closedFor ?? .seconds(3600))
            }
            if let key = finding.stream {
                seen.insert(key)
                isReady(key, at: now)
                streams[key]?.look.see()
            } else {
                willBeDue(finding.queue, at: start.advanced(by: finding.wait), knownAt: now)
                if finding.wait == .zero { dueLooks[finding.queue]?.see() }
            }
        }
        streams = streams.filter {
            // Those with plenty were not asked for.
            seen.contains($0.key) || $0.value.hasPlenty || $0.value.knownAt >= start || $0.value.isFresh(at: now)
        }
        surveyCost = min(took, surveyCost + max(.zero, took - surveyCost) / 8)
        let pause = min(max(.milliseconds(5), surveyCost * Self.surveyFactor), Self.longestPause)
        nextSurvey = now.advanced(by: pause)
        // It may have looked before what we were told of meanwhile was there.
        if let toldAt, toldAt >= start { nextSurvey = now }
        if let settlesAt, settlesAt > start { nextSurvey = min(nextSurvey, max(now, settlesAt)) }
    }

    /// A job comes due in `queue` at `instant`.
    mutating func willBeDue(
        _ queue: String, at instant: ContinuousClock.Instant, knownAt now: ContinuousClock.Instant
    ) {
        dueAt[queue] = (min(dueAt[queue]?.at ?? instant, instant), now)
    }

    /// A job has become ready; `below`: perhaps one that claims have passed over already, since it was kept from them.
    mutating func isReady(_ key: StreamKey, at now: ContinuousClock.Instant, below: Bool = false) {
        streams[key, default: Stream(at: now)].knownAt = now
        if below { streams[key]?.look.see() }
    }

    /// The stream whose turn it is to be looked through from the bottom, if that may take long: through a backlog, over
    /// all that died in front of it. What a claim takes from others waits for its end, so they are left to another
    /// claim.
    private func longLook(among visited: [StreamKey: Stream], at now: ContinuousClock.Instant) -> (
        key: StreamKey, value: Stream
    )? {
        guard isShared(at: now) else { return nil }
        return visited.filter { $0.value.hasPlenty && $0.value.look.fullLookAt <= now }
            .min {
                ($0.value.look.fullLookAt, $0.key.queue, $0.key.shop, $0.key.priority)
                    < ($1.value.look.fullLookAt, $1.key.queue, $1.key.shop, $1.key.priority)
            }
    }

    /// Where to look for up to `room` jobs; `queueRoom` says how many of a queue may run besides those that do.
    mutating func plan(
        room: Int, at now: ContinuousClock.Instant, queueRoom: (String) -> Int
    ) -> ClaimPlan? {
        var rooms: [String: Int] = [:]
        func left(_ queue: String) -> Int {
            let left = rooms[queue] ?? queueRoom(queue)
            rooms[queue] = left
            return left
        }
        var visited = streams.filter { isOpen($0.key.queue, at: now) && left($0.key.queue) > 0 }
        var due = dueAt.filter { $0.value.at <= now && isOpen($0.key, at: now) && left($0.key) > 0 }
        // Never twice in a row: however many backlogs there are, the others come in between.
        let long = lastWasLong ? nil : longLook(among: visited, at: now)
        if let long { (visited, due) = ([long.key: long.value], [:]) }
        lastWasLong = long != nil
        guard room > 0, !visited.isEmpty || !due.isEmpty else { return nil }
        claims += 1
        let bulkFirst = claims % 8 == 0
        // Streams that gave less than asked go first, and most likely leave what they may take to the others.
        let order = visited.keys.sorted { left, right in
            if left.priority != right.priority { return (left.priority < right.priority) != bulkFirst }
            let (a, b) = (visited[left], visited[right])
            if a?.wasFull != b?.wasFull { return a?.wasFull == false }
            if a?.lastVisit != b?.lastVisit { return (a?.lastVisit ?? 0) < (b?.lastVisit ?? 0) }
            return (left.queue, left.shop) < (right.queue, right.shop)
        }
        var plan = ClaimPlan(room: room, dueQueues: due.keys.sorted(), dueFirst: claims % 2 == 0)
        var shared = room
        for (index, key) in order.enumerated() where shared > 0 {
            guard var stream = visited[key] else { continue }
            let share = max(1, shared / (order.count - index))
            let limit = min(share, left(key.queue))
            let (floor, isFull) = stream.look.begin(at: now)
            plan.streams.append(ClaimPlan.Visit(key: key, limit: limit, floor: floor, isFullLook: isFull))
            if stream.wasFull { shared -= limit }
            visits += 1
            stream.lastVisit = visits
            streams[key] = stream
        }
        for queue in plan.dueQueues {
            dueAt[queue] = nil
            plan.dueFloors[queue] = dueLooks[queue, default: ClaimLook(at: now)].begin(at: now).floor
        }
        for queue in Set(plan.streams.map(\.key.queue) + plan.dueQueues) where queue != QueueName.local {
            plan.queueRooms[queue] = left(queue)
        }
        return plan
    }

    /// Takes in what a claim found; it began to look at `lookedAt` by the database's clock.
    mutating func learn(
        _ plan: ClaimPlan, visited: [Int?], reached: [ClaimFloor.Position?], lookedAt: Timestamp?, took: Duration,
        at now: ContinuousClock.Instant
    ) {
        // What earlier visits took was not there for later ones.
        var left = plan.room
        var rooms = plan.queueRooms
        func take(_ count: Int, of queue: String) {
            left -= count
            if let room = rooms[queue] { rooms[queue] = room - count }
        }
        func counts(_ index: Int) -> Int? { index < visited.count ? visited[index] : nil }
        func position(_ index: Int) -> ClaimFloor.Position? { index < reached.count ? reached[index] : nil }
        let dueCounts = plan.dueQueues.enumerated().map { ($1, counts(plan.streams.count + $0)) }
        if plan.dueFirst { for (queue, count) in dueCounts { take(count ?? 0, of: queue) } }
        for (index, visit) in plan.streams.enumerated() {
            guard let count = counts(index), var stream = streams[visit.key] else { continue }
            stream.wasFull = count >= min(visit.limit, left, rooms[visit.key.queue] ?? left)
            take(count, of: visit.key.queue)
            if count > 0 { (stream.foundAt, stream.hasFound) = (now, true) }
            stream.hasPlenty = stream.wasFull && count > 0
            stream.look.end(position(index), isFull: visit.isFullLook, took: took, at: now)
            if !stream.wasFull {
                // A destination may have allowed less than it has.
                stream.look.foundAll(lookedAt: visit.key.queue == QueueName.local ? lookedAt : nil, at: now)
            }
            let isGone = count == 0 && visit.isFullLook && !stream.isFresh(at: now)
            streams[visit.key] = isGone ? nil : stream
        }
        if !plan.dueQueues.isEmpty { wantSurvey(at: now) }
        for (offset, (queue, count)) in dueCounts.enumerated() {
            // More may be due, or nobody looked: look again.
            if count != 0 { willBeDue(queue, at: now, knownAt: now) }
            guard let count else { continue }
            let isFull = plan.dueFloors[queue] == .bottom
            dueLooks[queue]?.end(position(plan.streams.count + offset), isFull: isFull, took: took, at: now)
            if count == 0 { dueLooks[queue]?.foundAll(lookedAt: nil, at: now) }
        }
    }
}
