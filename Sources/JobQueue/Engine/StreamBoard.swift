import Postgres

/// What a worker knows of the work there is: which streams have ready jobs, what comes due when, what is closed.
///
/// A value that decides where the next claim looks; surveys and claims teach it.
struct StreamBoard: Sendable {
    private struct Stream {
        var floor = ClaimFloor()
        /// The last claim took all that its limit allowed: there is more.
        var wasFull = true
        /// When the next look begins at the bottom.
        var fullLookAt: ContinuousClock.Instant
        /// Before then a full look would cost too much.
        var noFullLookBefore: ContinuousClock.Instant
        /// A survey has seen something in it since the last full look.
        var isSeen = false
        /// When a claim last found something.
        var foundAt: ContinuousClock.Instant
        /// When we last had reason to believe in it.
        var knownAt: ContinuousClock.Instant
        /// Counts visits, so that those visited longest ago come first.
        var lastVisit: UInt64 = 0

        init(at now: ContinuousClock.Instant) {
            (fullLookAt, noFullLookBefore, knownAt, foundAt) = (now, now, now, now)
        }

        /// Whether it is worth a visit though the last one found nothing.
        func isFresh(at now: ContinuousClock.Instant) -> Bool {
            foundAt.advanced(by: StreamBoard.patience) > now || noFullLookBefore > now
        }
    }

    private var streams: [StreamKey: Stream] = [:]
    /// When the first job of a queue comes due, and when we learned it; absent: none that we know of.
    private var dueAt: [String: (at: ContinuousClock.Instant, known: ContinuousClock.Instant)] = [:]
    private var closedUntil: [String: ContinuousClock.Instant] = [:]
    private var visits: UInt64 = 0
    private var claims: UInt64 = 0

    private(set) var nextSurvey: ContinuousClock.Instant
    /// Surveys may cost a twentieth of the time.
    private static let surveyFactor = 20
    /// Full looks may cost a fiftieth: much that others have claimed, or only another release can run, may be in the way.
    private static let fullLookFactor = 50
    private static let longestPause = Duration.seconds(10)
    /// For how long a stream that has run dry is still visited: its next job then waits for no survey.
    private static let patience = Duration.seconds(5)

    init(at now: ContinuousClock.Instant) {
        nextSurvey = now
    }

    /// Whether there is, as far as known, something that may be claimed now.
    func hasWork(at now: ContinuousClock.Instant) -> Bool {
        streams.keys.contains { isOpen($0.queue, at: now) }
            || dueAt.contains { $0.value.at <= now && isOpen($0.key, at: now) }
    }

    /// When, as far as known, something comes due or opens by itself.
    func nextDue(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let due = dueAt.map { queue, due in max(due.at, closedUntil[queue] ?? due.at) }.min()
        let opening = streams.keys.compactMap { closedUntil[$0.queue] }.min()
        return [due, opening].compactMap(\.self).filter { $0 > now }.min()
    }

    private func isOpen(_ queue: String, at now: ContinuousClock.Instant) -> Bool {
        closedUntil[queue].map { $0 <= now } ?? true
    }

    /// Says that a survey is wanted as soon as its cost allows.
    mutating func wantSurvey(at now: ContinuousClock.Instant) {
        nextSurvey = min(nextSurvey, now)
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
                streams[key]?.isSeen = true
            } else {
                willBeDue(finding.queue, at: start.advanced(by: finding.wait), knownAt: now)
            }
        }
        streams = streams.filter {
            seen.contains($0.key) || $0.value.knownAt >= start || $0.value.isFresh(at: now)
        }
        nextSurvey = now.advanced(by: max(.milliseconds(5), took * Self.surveyFactor))
    }

    /// A job comes due in `queue` at `instant`.
    mutating func willBeDue(
        _ queue: String, at instant: ContinuousClock.Instant, knownAt now: ContinuousClock.Instant
    ) {
        dueAt[queue] = (min(dueAt[queue]?.at ?? instant, instant), now)
    }

    /// A job has become ready.
    mutating func isReady(_ key: StreamKey, at now: ContinuousClock.Instant) {
        streams[key, default: Stream(at: now)].knownAt = now
    }

    /// Where to look for up to `room` jobs; `queueRoom` says how many of a queue may run besides those that do.
    mutating func plan(
        room: Int, at now: ContinuousClock.Instant, queueRoom: (String) -> Int
    ) -> ClaimPlan? {
        let visited = streams.filter { isOpen($0.key.queue, at: now) && queueRoom($0.key.queue) > 0 }
        let due = dueAt.filter { $0.value.at <= now && isOpen($0.key, at: now) && queueRoom($0.key) > 0 }
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
        var left = room
        for (index, key) in order.enumerated() where left > 0 {
            let share = max(1, left / (order.count - index))
            let limit = min(share, queueRoom(key.queue))
            let wasFull = visited[key]?.wasFull ?? true
            let isFull = (visited[key]?.fullLookAt ?? now) <= now
            let floor = isFull ? ClaimFloor.Position.bottom : visited[key]?.floor.position ?? .bottom
            plan.streams.append(ClaimPlan.Visit(key: key, limit: limit, floor: floor, isFullLook: isFull))
            if wasFull { left -= limit }
            visits += 1
            streams[key]?.lastVisit = visits
            if isFull { streams[key]?.fullLookAt = now.advanced(by: .seconds(1)) }
        }
        for queue in plan.dueQueues { dueAt[queue] = nil }
        return plan
    }

    /// Takes in what a claim found; it began to look at `lookedAt` by the database's clock.
    mutating func learn(
        _ plan: ClaimPlan, visited: [Int?], reached: [StreamKey: ClaimFloor.Position], lookedAt: Timestamp?,
        took: Duration, at now: ContinuousClock.Instant
    ) {
        // What earlier visits took was not there for later ones.
        var left = plan.room
        if plan.dueFirst { left -= visited.dropFirst(plan.streams.count).reduce(0) { $0 + ($1 ?? 0) } }
        for (index, visit) in plan.streams.enumerated() where index < visited.count {
            guard let count = visited[index], var stream = streams[visit.key] else { continue }
            if let position = reached[visit.key] { stream.floor.reached(position, at: now) }
            stream.wasFull = count >= min(visit.limit, left)
            left -= count
            if count > 0 { stream.foundAt = now }
            if visit.isFullLook {
                stream.isSeen = false
                stream.noFullLookBefore = now.advanced(by: min(took * Self.fullLookFactor, Self.longestPause))
                stream.fullLookAt = max(stream.noFullLookBefore, now.advanced(by: .seconds(1)))
            }
            if !stream.wasFull {
                // Nothing for us was left in it: what is still there is not looked at again before the next full look.
                // A destination may have allowed less than it has.
                if let lookedAt, visit.key.queue == QueueName.local {
                    stream.floor.reached(ClaimFloor.Position(readyAt: lookedAt, id: 0), at: now)
                }
                // A survey has seen more than a look from the floor on finds.
                if stream.isSeen { stream.fullLookAt = min(stream.fullLookAt, max(now, stream.noFullLookBefore)) }
            }
            let isGone = count == 0 && visit.isFullLook && !stream.isFresh(at: now)
            streams[visit.key] = isGone ? nil : stream
        }
        if !plan.dueQueues.isEmpty { wantSurvey(at: now) }
        for (offset, queue) in plan.dueQueues.enumerated() {
            let index = plan.streams.count + offset
            // More may be due, or nobody looked: look again.
            if index >= visited.count || (visited[index] ?? 1) > 0 { willBeDue(queue, at: now, knownAt: now) }
        }
    }
}
