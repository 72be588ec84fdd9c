@testable import JobQueue
@testable import Postgres

/// One visit of a claimer to the database, message by message; see `Engine.carryOut`.
final class SimulatedVisit {
    private let turn: Turn
    private let engine: SimulatedEngine
    private var answer = TurnAnswer()
    private var evidence: [Report]
    private var world: SimulatedWorld { engine.world }
    private var process: SimulatedProcess { engine.process }

    init(_ turn: Turn, _ engine: SimulatedEngine) {
        self.turn = turn
        self.engine = engine
        evidence = turn.evidence
    }

    func begin() {
        guard let wish = turn.wish else { return compare() }
        var span = Duration.zero
        if case .notify(let duration) = wish { span = duration }
        process.exchange("a wish", { [self] in world.database.wantWake(for: span, at: world.timestamp) }) {
            [self] done, isOpen in
            done == nil ? failed(isOpen: isOpen) : compare()
        }
    }

    private func compare() {
        guard let known = turn.known, world.mutation != .lateClaimsLeft || !engine.hasCompared else { return record() }
        process.exchange("asking for the time", { [self] in world.timestamp }) { [self] before, isOpen in
            guard let before else { return failed(isOpen: isOpen) }
            compare(known, before)
        }
    }

    private func compare(_ known: [RunID], _ before: Timestamp) {
        process.exchange(
            "comparing",
            { [self] in
                world.database.handBackUnknown(engine.id, known: known, before: before, at: world.timestamp)
            }
        ) { [self] returned, isOpen in
            guard let returned else { return failed(isOpen: isOpen) }
            engine.hasCompared = true
            if !returned.isEmpty { world.tell("worker \(process.number) hands back \(returned)") }
            record()
        }
    }

    // MARK: Recording and claiming

    private func record() {
        guard !turn.reports.isEmpty || turn.plan != nil else { return survey() }
        process.exchange(
            "recording", { [self] in commit(turn.reports, turn.plan) }
        ) { [self] result, isOpen in
            guard let result else { return failed(isOpen: isOpen) }
            switch result {
            case .refused:
                if let plan = turn.plan {
                    // Nothing was claimed: said as a claim that found no room.
                    answer.claim = TurnAnswer.Claim(
                        answer: ClaimAnswer(visited: plan.streams.map { _ in nil } + plan.dueQueues.map { _ in nil }),
                        took: .zero)
                }
                recordEach(turn.reports)
            case .committed(let recorded, let claim):
                answer.recorded += recorded.recorded
                answer.unmatched += recorded.unmatched
                answer.healed += recorded.healed
                if let claim { answer.claim = TurnAnswer.Claim(answer: claim, took: .milliseconds(1)) }
                survey()
            }
        }
    }

    private enum Commit {
        case committed(ModelDatabase.Recorded, ClaimAnswer?)
        /// A unique index refused it, and nothing was written.
        case refused
    }

    /// One transaction: the outcomes first, then the claim.
    private func commit(_ reports: [Report], _ plan: ClaimPlan?) -> Commit {
        let now = world.timestamp
        guard let recorded = world.database.record(reports, by: engine.id, at: now) else { return .refused }
        for report in recorded.recorded {
            let index = world.database.index(report.run.job.rawValue)
            world.witness.records(report, index.map { world.database.jobs[$0] }, at: now)
            world.tell(
                "job \(report.run.job), run \(report.run.runNumber) \(report.run.step): \(Self.words(report.disposition))"
            )
        }
        let claim = plan.map { world.database.claim(engine.id, $0, lease: engine.lease, at: now) }
        if let claim { note(claim, at: now) }
        return .committed(recorded, claim)
    }

    private func note(_ claim: ClaimAnswer, at now: Timestamp) {
        for one in claim.runs {
            world.witness.claims(one.run)
            world.tell(
                "worker \(process.number) claims job \(one.run.job), run \(one.run.runNumber) \(one.run.step)"
                    + (one.head.map { " behind job \($0)" } ?? ""))
        }
        for (queue, destination) in world.database.destinations where destination.hasLimits {
            let count = claim.runs.reduce(0) { $0 + ($1.run.queue == queue ? 1 : 0) }
            guard count > 0 else { continue }
            let running = world.database.jobs.reduce(0) { $0 + ($1.state == .running && $1.queue == queue ? 1 : 0) }
            world.witness.admits(count, queue, destination, running: running, at: world.now)
        }
    }

    private static func words(_ disposition: Disposition) -> String {
        var words = disposition.verdict
        if let step = disposition.step { words += " \(step)" }
        if let failure = disposition.failure { words += " (\(failure.code))" }
        return disposition.delay > .zero ? words + " in \(disposition.delay)" : words
    }

    /// One by one, so that a report that is refused harms itself alone; see `QueueStore.recordEach`.
    private func recordEach(_ reports: [Report]) {
        recordNext(reports.filter { $0.head == nil }[...], of: reports)
    }

    private func recordNext(_ left: ArraySlice<Report>, of reports: [Report]) {
        guard let report = left.first else { return survey() }
        let followers = reports.filter { $0.head == report.run.job }
        recordOne(report, instead: nil, before: followers) { [self] in recordNext(left.dropFirst(), of: reports) }
    }

    /// In the same transaction the numbers of the runs behind it are used up; see `QueueStore.recordAlone`.
    private func recordOne(
        _ report: Report, instead broken: Report?, before followers: [Report], _ then: @escaping () -> Void
    ) {
        func work() -> Commit {
            let result = commit([broken ?? report], nil)
            if case .committed(let recorded, _) = result, recorded.unmatched.isEmpty {
                world.database.skipRuns(followers)
            }
            return result
        }
        process.exchange("recording one", work) { [self] result, isOpen in
            guard let result else { return failed(isOpen: isOpen) }
            switch result {
            case .refused:
                let became = report.broken(by: PostgresError(.server(.uniqueViolation), in: "receipt.plan"))
                recordOne(report, instead: became, before: followers, then)
            case .committed(let recorded, _):
                answer.recorded += recorded.recorded
                if recorded.unmatched.isEmpty {
                    answer.returned += followers
                } else {
                    answer.unmatched += [report] + followers
                }
                answer.healed += recorded.healed
                then()
            }
        }
    }

    // MARK: The rest

    private func survey() {
        guard turn.surveys, turn.plan == nil else { return keep() }
        look { [self] survey, isOpen in
            guard let survey else { return failed(isOpen: isOpen) }
            answer.survey = survey
            keep()
        }
    }

    private func look(_ then: @escaping (TurnAnswer.Survey?, Bool) -> Void) {
        let start = world.instant
        let known = engine.state.board.streamsWithPlenty
        process.exchange("looking", { [self] in world.database.survey(besides: known, at: world.timestamp) }) {
            [self] findings, isOpen in
            let took = start.duration(to: world.instant)
            then(findings.map { TurnAnswer.Survey(findings: $0, startedAt: start, took: took) }, isOpen)
        }
    }

    private func keep() {
        guard !evidence.isEmpty else { return ended() }
        process.exchange(
            "keeping evidence",
            { [self] in world.database.keepEvidence(evidence, by: engine.id, at: world.timestamp) }
        ) { [self] findings, isOpen in
            guard let findings else { return failed(isOpen: isOpen) }
            for (report, finding) in zip(evidence, findings) {
                world.tell("run \(report.run.runNumber) of job \(report.run.job) came too late: \(finding)")
            }
            evidence = []
            ended()
        }
    }

    private func limit(_ claimed: ClaimedRun) -> Duration { engine.definition(of: claimed.run).timeout }

    private func ended() {
        engine.state.ended(turn, answer, at: world.instant, limit: limit)
        goOn()
    }

    private func failed(isOpen: Bool) {
        let claimMayStand = turn.plan != nil && answer.claim == nil && isOpen
        if claimMayStand { engine.hasCompared = false }
        engine.state.failed(
            turn, answer, evidence: evidence, claimMayStand: claimMayStand, at: world.instant, limit: limit)
        goOn()
    }

    private func goOn() {
        guard !engine.isOver else { return }
        engine.begin(answer.claim?.answer.runs ?? [])
        guard turn.surveys, turn.plan != nil else { return done() }
        look { [self] survey, _ in
            if let survey { engine.state.surveyed(survey, at: world.instant) }
            done()
        }
    }

    private func done() {
        engine.ring()
        engine.claim()
    }
}
