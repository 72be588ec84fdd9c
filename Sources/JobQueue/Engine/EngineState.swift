import Postgres

/// Everything that a worker decides by: a value without a database, a clock or a task.
struct EngineState: Sendable {
    enum Phase: Hashable, Sendable {
        case working
        /// Claims nothing more; ends when all that is under way is recorded.
        case stopping
        /// Called dead: what it still has to say is evidence.
        case dead
    }

    private let configuration: WorkerConfiguration
    private(set) var phase = Phase.working
    /// Somebody asked this worker to stop.
    private(set) var isStopRequested = false
    /// Nothing more is written, whatever is left.
    private var isAbandoned = false
    private(set) var runs = RunTable()
    private(set) var board: StreamBoard
    private var wake: WakePolicy
    private var reports: [Report] = []
    private var evidence: [Report] = []
    private var oldestReport: ContinuousClock.Instant?
    /// The next look for work that we do not know of.
    private var lookAt: ContinuousClock.Instant
    /// The next claim of what we know of. Later than now after a claim that found nothing.
    private var claimAt: ContinuousClock.Instant
    /// When we last decided where to claim: what has come due since, or has opened, is worth a claim of its own.
    private var plannedAt: ContinuousClock.Instant
    /// Somebody said that there may be work, and no look has begun since.
    private var isHinted = false
    private var hintedAt: ContinuousClock.Instant?
    private var pendingWish: WakePolicy.Wish?
    /// Slots promised to claims under way.
    private var reserved = 0
    /// Of these, in queues that are bounded.
    private var reservedIn: [String: Int] = [:]
    private var turnsUnderWay = 0
    /// A claim may have been committed whose answer never came.
    private var mustCompare = false
    private var lostClaims: LostClaims
    /// Spreads the looks of idle workers, and those after a failure.
    private var jitter: any RandomNumberGenerator & Sendable
    private var failures = 0
    private var quietUntil: ContinuousClock.Instant?

    init(
        _ configuration: WorkerConfiguration, at now: ContinuousClock.Instant,
        jitter: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.configuration = configuration
        self.jitter = jitter
        board = StreamBoard(at: now)
        lostClaims = LostClaims(firstPause: configuration.lease)
        wake = WakePolicy(poll: configuration.poll)
        (lookAt, claimAt, plannedAt) = (now, now, now)
    }

    /// Whether nothing is left to do or to say.
    private var isDone: Bool {
        guard turnsUnderWay == 0 else { return false }
        if isAbandoned { return true }
        return switch phase {
        case .working: false
        // What was claimed and never answered goes back while we can say so: later it would be a doubt.
        case .stopping: !mustCompare && runs.isEmpty && reports.isEmpty && evidence.isEmpty
        // Every run answers, if only because it passes its hard limit; what it says may settle a doubt.
        case .dead: runs.unanswered == 0 && reports.isEmpty && evidence.isEmpty
        }
    }

    /// What a free claimer does now. A turn that is handed out must be reported back.
    mutating func next(at now: ContinuousClock.Instant, leaseHolds: Bool) -> TurnDecision {
        if isDone { return .end }
        if let quietUntil, quietUntil > now { return .sleep(until: quietUntil) }
        if phase == .working && lostClaims.areDue(at: now) { mustCompare = true }
        if mustCompare {
            guard turnsUnderWay == 0 else { return .sleep(until: now.advanced(by: .seconds(1))) }
            turnsUnderWay += 1
            return .turn(Turn(known: runs.ids))
        }
        var turn = Turn()
        if flushAt.map({ $0 <= now }) ?? false { takeReports(into: &turn, at: now) }
        if phase == .working && leaseHolds { look(into: &turn, at: now) }
        guard !turn.isEmpty else { return .sleep(until: nextMoment(after: now, leaseHolds: leaseHolds)) }
        if let plan = turn.plan {
            reserved += plan.room
            reservedIn.merge(plan.reservations, uniquingKeysWith: +)
        }
        turnsUnderWay += 1
        return .turn(turn)
    }

    private mutating func takeReports(into turn: inout Turn, at now: ContinuousClock.Instant) {
        turn.reports = Array(reports.prefix(reportCount(upTo: batch(at: now))))
        reports.removeFirst(turn.reports.count)
        turn.evidence = evidence
        evidence = []
        if reports.isEmpty { oldestReport = nil }
    }

    /// How many of the reports at hand go in one turn: up to `batch`, or more where the ends of a stretch would be
    /// parted, which count together or not at all; and of a job only one. A second one is that of a later run, claimed
    /// while it was not known what became of the first.
    private func reportCount(upTo batch: Int) -> Int {
        var jobs: Set<JobID> = []
        var whole = 0
        for (index, report) in reports.enumerated() {
            if report.head == nil {
                whole = index
                if index >= batch { return whole }
            }
            guard jobs.insert(report.run.job).inserted else { return whole > 0 ? whole : index }
        }
        return reports.count
    }

    private mutating func look(into turn: inout Turn, at now: ContinuousClock.Instant) {
        for report in turn.reports where report.disposition.place == nil && !report.run.lane.isEmpty {
            // Its end may give the turn to the next one of its lane, which most likely stands at its first step: the
            // claim of this very turn can take it.
            guard let priority = runs.priority(of: report.run.job) else { continue }
            board.isReady(StreamKey(queue: QueueName.local, shop: report.run.shop, priority: priority), at: now)
            claimAt = min(claimAt, now)
        }
        // The end of a run may make room in its destination, which this very turn can fill.
        if turn.reports.contains(where: { $0.run.queue != QueueName.local && board.knows($0.run.queue) }) {
            claimAt = min(claimAt, now)
        }
        let free = configuration.concurrency - runs.count - reserved + turn.reports.count { $0.head == nil }
        guard free > 0 else { return }
        let room = min(free, configuration.claimLimit, batch(at: now))
        if claimAt <= now || board.nextDue(after: plannedAt).map({ $0 <= now }) ?? false {
            plannedAt = now
            let queueRoom = queueRoom
            turn.plan = board.plan(room: room, at: now) { min(room, queueRoom($0)) }
        }
        let isTime = turn.plan == nil ? lookAt <= now : true
        if isTime && board.nextSurvey <= now { turn.surveys = true }
        // One that another claimer began before does not see what nobody was told of until this wish is committed.
        if case .notify = pendingWish { turn.surveys = true }
        if turn.surveys || turn.plan != nil {
            turn.wish = pendingWish
            pendingWish = nil
            isHinted = false
        }
    }

    /// Jobs recorded, and claimed, in one transaction: fewer while somebody's next job would wait for another's many.
    private func batch(at now: ContinuousClock.Instant) -> Int {
        min(configuration.batch, board.isShared(at: now) ? WorkerConfiguration.sharedBatch : .max)
    }

    /// How many more runs a queue may have under way.
    private var queueRoom: (String) -> Int {
        { [runs, configuration, reservedIn] queue in
            guard queue != QueueName.local else { return configuration.concurrency }
            return max(0, configuration.queueLimit(of: queue) - runs.count(in: queue) - (reservedIn[queue] ?? 0))
        }
    }

    /// When the reports at hand must go: at once when there are enough, or when no run is left that could add to them.
    private var flushAt: ContinuousClock.Instant? {
        guard let oldestReport else { return nil }
        if reports.count >= min(configuration.batch, 100) || runs.unanswered == 0 { return oldestReport }
        return oldestReport.advanced(by: configuration.flushAfter)
    }

    private func nextMoment(after now: ContinuousClock.Instant, leaseHolds: Bool) -> ContinuousClock.Instant {
        var moments = [now.advanced(by: configuration.poll * 2)]
        if let flushAt { moments.append(flushAt) }
        // Without a lease nothing is looked for, however much is known to be there.
        if phase == .working && leaseHolds && configuration.concurrency > runs.count + reserved {
            moments.append(max(lookAt, board.nextSurvey))
            if board.hasWork(at: now, queueRoom: queueRoom) { moments.append(claimAt) }
            if let due = board.nextDue(after: now) { moments.append(due) }
        }
        return max(moments.min() ?? now, now.advanced(by: .microseconds(100)))
    }

    // MARK: - What happens

    /// Somebody said that there may be work.
    mutating func hint(at now: ContinuousClock.Instant) {
        isHinted = true
        hintedAt = now
        lookAt = now
        claimAt = now
        board.isTold(at: now)
    }

    /// A run answered. Tells whether a claimer should wake.
    mutating func answered(_ report: Report, at now: ContinuousClock.Instant) -> Bool {
        let counts = runs.answer(report.run)
        guard counts, phase != .dead else {
            var report = report
            report.isLate = !counts
            evidence.append(report)
            oldestReport = oldestReport ?? now
            return true
        }
        reports.append(report)
        let isFirst = oldestReport == nil
        if isFirst { oldestReport = now }
        return isFirst || runs.unanswered == 0 || reports.count == min(configuration.batch, 100)
    }

    /// A claim's runs begin, each with its hard limit.
    mutating func began(_ claimed: [ClaimedRun], at now: ContinuousClock.Instant, limit: (ClaimedRun) -> Duration) {
        for one in claimed { runs.add(one, at: now, deadline: now.advanced(by: limit(one))) }
    }

    mutating func setTask(_ task: Task<Void, Never>, of run: JobRun, in stretch: Stretch? = nil) {
        runs.setTask(task, of: run, in: stretch)
    }

    /// Whether the next follower of a stretch may begin; if so its hard limit is at `deadline`.
    mutating func goesOn(to run: JobRun, after last: JobRun, deadline: ContinuousClock.Instant) -> Bool {
        phase == .working && runs.begin(run, after: last, deadline: deadline)
    }

    /// A follower does not run.
    mutating func drop(_ run: JobRun) {
        _ = runs.remove(run)
    }

    /// A turn ended well.
    ///
    /// The runs that it claimed count from here on, with the hard limit that `limit` gives: between the end of a turn
    /// and the entry of its runs a comparison would find them claimed and unknown, and hand them back.
    mutating func ended(
        _ turn: Turn, _ answer: TurnAnswer, at now: ContinuousClock.Instant, limit: (ClaimedRun) -> Duration
    ) {
        began(answer.claim?.answer.runs ?? [], at: now, limit: limit)
        release(turn)
        failures = 0
        if turn.known != nil {
            mustCompare = false
            lostClaims.compared(at: now)
        }
        absorb(answer, of: turn, at: now)
        schedule(after: turn, answer, at: now)
    }

    /// A turn is over: what was promised to its claim is free, or taken by runs.
    private mutating func release(_ turn: Turn) {
        turnsUnderWay -= 1
        guard let plan = turn.plan else { return }
        reserved -= plan.room
        for (queue, count) in plan.reservations {
            let left = (reservedIn[queue] ?? 0) - count
            reservedIn[queue] = left > 0 ? left : nil
        }
    }

    /// Takes in what work there is.
    mutating func surveyed(_ survey: TurnAnswer.Survey, at now: ContinuousClock.Instant) {
        board.learn(survey.findings, startedAt: survey.startedAt, took: survey.took, at: now)
    }

    /// Takes in what a turn brought.
    private mutating func absorb(_ answer: TurnAnswer, of turn: Turn, at now: ContinuousClock.Instant) {
        // A claim in the same turn saw what the ends of these jobs made ready.
        let sawMore = !(answer.claim?.answer.runs.isEmpty ?? true)
        for report in answer.recorded { settle(report, sawMore: sawMore, at: now) }
        for report in answer.unmatched + answer.returned { _ = runs.remove(report.run) }
        evidence += answer.unmatched
        if !answer.unmatched.isEmpty { oldestReport = oldestReport ?? now }
        if let claim = answer.claim, let plan = turn.plan {
            board.learn(
                plan, visited: claim.answer.visited, reached: claim.answer.reached, lookedAt: claim.answer.lookedAt,
                took: claim.took, at: now)
        }
        if let survey = answer.survey { surveyed(survey, at: now) }
        for queue in answer.healed {
            board.hasOpened(queue, at: now)
            lookSoon(at: now)
        }
    }

    /// When to look again, by what this turn found.
    private mutating func schedule(after turn: Turn, _ answer: TurnAnswer, at now: ContinuousClock.Instant) {
        let visited = answer.claim?.answer.visited.contains { ($0 ?? 0) > 0 }
        let wish: WakePolicy.Wish?
        switch (visited, turn.surveys) {
        case (true, _):
            (lookAt, wish) = wake.foundWork(at: now)
            claimAt = now
        case (nil, true) where board.hasWork(at: now, queueRoom: queueRoom):
            claimAt = now
            wish = nil
        case (nil, false): wish = nil
        case (false, _), (nil, true):
            // A survey also sees what somebody else is taking, or what only another release can run.
            (lookAt, wish) = wake.foundNothing(at: now, using: &jitter)
            claimAt = lookAt
        }
        if let wish { pendingWish = wish }
        if case .notify = turn.wish { board.settles(at: now.advanced(by: WakePolicy.flagSettles)) }
        // Producers must know of a wish before the look that follows. And what was said while this turn was under way
        // may be news to it: it looked before.
        if wish != nil || isHinted {
            lookAt = now
            claimAt = now
            board.wantSurvey(at: now)
        }
    }

    /// Takes in where a recorded job went.
    private mutating func settle(_ report: Report, sawMore: Bool, at now: ContinuousClock.Instant) {
        let entry = runs.remove(report.run)
        let run = report.run
        let queue = report.disposition.queue ?? run.queue
        switch report.disposition.place {
        case .ready where report.disposition.hold == nil:
            board.isReady(
                StreamKey(queue: queue, shop: run.shop, priority: entry?.claimed.priority ?? 0), at: now)
            claimAt = min(claimAt, now)
        case .later, .inDoubt:
            board.willBeDue(queue, at: now.advanced(by: report.disposition.delay), knownAt: now)
            // The call may have been for this job, whose wait is then cut to nothing.
            if let entry, entry.mayBeCalled(at: hintedAt) { lookSoon(at: now) }
        case .ready, .dead: break
        case nil:
            // Its lane may have given the turn to another job, whose queue nobody told us.
            if !run.lane.isEmpty && !sawMore { lookSoon(at: now) }
        }
        if report.disposition.hold != nil { lookSoon(at: now) }
        for job in report.outcome.spawned {
            if job.runAfter > .zero {
                board.willBeDue(job.queue, at: now.advanced(by: job.runAfter), knownAt: now)
            } else {
                board.isReady(
                    StreamKey(queue: job.queue, shop: run.shop, priority: job.priority.rawValue), at: now,
                    below: job.uniqueWhilePending)
                claimAt = min(claimAt, now)
            }
        }
    }

    private mutating func lookSoon(at now: ContinuousClock.Instant) {
        board.wantSurvey(at: now.advanced(by: .milliseconds(1)))
        lookAt = min(lookAt, now.advanced(by: .milliseconds(1)))
        claimAt = min(claimAt, lookAt)
    }

    /// A turn failed: what it carried, and has not brought home, is to be carried again.
    ///
    /// `answer` is what it had brought before it failed, `left` the evidence that is still to be kept, and
    /// `claimMayStand` says whether it may have claimed jobs that nobody here knows of. What it did claim begins, as
    /// after a turn that ended well.
    mutating func failed(
        _ turn: Turn, _ answer: TurnAnswer, evidence left: [Report], claimMayStand: Bool,
        at now: ContinuousClock.Instant, limit: (ClaimedRun) -> Duration
    ) {
        began(answer.claim?.answer.runs ?? [], at: now, limit: limit)
        release(turn)
        let settled = Set((answer.recorded + answer.unmatched + answer.returned).map { RunID($0.run) })
        reports = turn.reports.filter { !settled.contains(RunID($0.run)) } + reports
        evidence = left + evidence
        if phase == .dead { buryReports() }
        absorb(answer, of: turn, at: now)
        if !(reports.isEmpty && evidence.isEmpty) { oldestReport = oldestReport ?? now }
        if claimMayStand {
            mustCompare = true
            lostClaims.lost()
        }
        if let wish = turn.wish { pendingWish = pendingWish ?? wish }
        failures += 1
        let backoff = Backoff(base: .milliseconds(20), limit: .seconds(2))
        quietUntil = now.advanced(by: backoff.delay(afterFailures: failures, using: &jitter))
        hint(at: now)
    }

    /// No more claims.
    mutating func stop() {
        isStopRequested = true
        if phase == .working { phase = .stopping }
    }

    /// The worker was called dead: what it still has to say is evidence.
    mutating func die() {
        phase = .dead
        mustCompare = false
        buryReports()
    }

    private mutating func buryReports() {
        evidence += reports
        reports = []
    }

    /// Nothing more is written; what is under way is for others to rescue.
    mutating func abandon() {
        die()
        isAbandoned = true
    }
}
