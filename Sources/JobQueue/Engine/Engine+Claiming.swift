import Logging
import Postgres
import Synchronization

extension Engine {
    /// Carries outcomes to the database and claims from it, until there is nothing left to do.
    func runClaimer() async {
        while true {
            let leaseHolds = store.lease.holds(for: .zero)
            switch state.withLock({ $0.next(at: ContinuousClock.now, leaseHolds: leaseHolds) }) {
            case .end:
                doorbell.ringForGood()
                return
            case .sleep(let instant): await doorbell.sleep(until: instant)
            case .turn(let turn): await carryOut(turn)
            }
        }
    }

    private func carryOut(_ turn: Turn) async {
        var answer = TurnAnswer()
        var evidence = turn.evidence
        do {
            try await prepare(turn)
            try await record(turn, into: &answer)
            if turn.surveys && turn.plan == nil { answer.survey = try await survey() }
            try await keep(&evidence)
            state.withLock { [answer] state in
                state.ended(turn, answer, at: ContinuousClock.now, limit: limit)
            }
        } catch {
            counters.withLock { $0.failures += 1 }
            logger.warning("queue: a visit to the database failed", metadata: ["error": "\(error)"])
            // What was recorded, and claimed, before the failure stands.
            let claimMayStand = turn.plan != nil && answer.claim == nil && error.leavesOutcomeOpen
            state.withLock { [answer, evidence] state in
                state.failed(
                    turn, answer, evidence: evidence, claimMayStand: claimMayStand, at: ContinuousClock.now,
                    limit: limit)
            }
        }
        begin(answer.claim?.answer.runs ?? [])
        // Their start need not wait for a look at what else there is.
        if turn.surveys && turn.plan != nil { await lookAround() }
        // Another claimer may find something to do in what this one brought.
        doorbell.ring()
    }

    /// The hard limit of a run's step.
    private func limit(_ claimed: ClaimedRun) -> Duration { definition(of: claimed.run).timeout }

    /// What must be said before anything else.
    private func prepare(_ turn: Turn) async throws(PostgresError) {
        switch turn.wish {
        case .notify(let duration): try await store.wantWake(for: duration)
        case .silence: try await store.wantWake(for: .zero)
        case nil: break
        }
        if let known = turn.known {
            let returned = try await store.handBackUnknown(known: known)
            if !returned.isEmpty {
                logger.notice(
                    "queue: handed back jobs whose claim was never answered", metadata: ["count": "\(returned.count)"])
            }
        }
    }

    private func lookAround() async {
        do {
            let survey = try await survey()
            state.withLock { $0.surveyed(survey, at: ContinuousClock.now) }
        } catch {
            counters.withLock { $0.failures += 1 }
            logger.warning("queue: a visit to the database failed", metadata: ["error": "\(error)"])
        }
    }

    private func survey() async throws(PostgresError) -> TurnAnswer.Survey {
        let start = ContinuousClock.now
        let findings = try await store.survey(besides: state.withLock { $0.board.streamsWithPlenty })
        return TurnAnswer.Survey(findings: findings, startedAt: start, took: start.duration(to: .now))
    }

    private func record(_ turn: Turn, into answer: inout TurnAnswer) async throws(PostgresError) {
        let start = ContinuousClock.now
        guard !turn.reports.isEmpty else {
            guard let plan = turn.plan else { return }
            let claim = try await store.claim(plan)
            answer.claim = TurnAnswer.Claim(answer: claim, took: start.duration(to: .now))
            return
        }
        do {
            let (record, claim) = try await store.recordAndClaim(turn.reports, turn.plan)
            note(record, into: &answer)
            if let claim { answer.claim = TurnAnswer.Claim(answer: claim, took: start.duration(to: .now)) }
        } catch  where error.blamesTheReport {
            logger.error(
                "queue: outcomes could not be recorded together, trying one by one", metadata: ["error": "\(error)"])
            let record = await store.recordEach(turn.reports)
            note(record, into: &answer)
            if let plan = turn.plan {
                // Nothing was claimed: say so, as a claim that found no room.
                answer.claim = TurnAnswer.Claim(
                    answer: ClaimAnswer(visited: plan.streams.map { _ in nil } + plan.dueQueues.map { _ in nil }),
                    took: .zero)
            }
            if let interrupted = record.interrupted { throw interrupted }
        }
    }

    private func note(_ record: RecordAnswer, into answer: inout TurnAnswer) {
        answer.recorded += record.recorded
        answer.unmatched += record.unmatched
        answer.returned += record.returned
        answer.healed += record.breakers.filter { !$0.isBroken }.map(\.destination)
        for (report, error) in record.broken {
            let became = report.broken(by: error)
            let isDead = became.disposition.place == .dead
            logger.log(
                level: isDead ? .error : .notice,
                isDead
                    ? "queue: an outcome could not be recorded; the job is a dead letter"
                    : "queue: a rival was faster; the job runs again",
                metadata: [
                    "job": "\(report.run.job)", "step": "\(report.run.kind)/\(report.run.step)", "error": "\(error)",
                ])
            answer.recorded.append(became)
        }
        for alarm in record.alarms {
            logger.critical("queue: alarm raised", metadata: ["alarm": "\(alarm)"])
        }
        for (destination, isBroken) in record.breakers {
            logger.warning(
                isBroken
                    ? "queue: a destination does not answer and is left alone" : "queue: a destination answers again",
                metadata: ["destination": "\(destination)"])
        }
        counters.withLock { counters in
            counters.recorded += record.recorded.count
            counters.broken += record.broken.count
        }
    }

    private func keep(_ evidence: inout [Report]) async throws(PostgresError) {
        guard !evidence.isEmpty else { return }
        do {
            for (job, finding) in try await store.keepEvidence(evidence) where finding != "repeated" {
                counters.withLock { $0.fenced += 1 }
                logger.error(
                    "queue: an outcome came after its lease was lost and changed nothing",
                    metadata: ["job": "\(job)", "finding": "\(finding)"])
            }
            evidence = []
        } catch  where error.blamesTheReport {
            logger.error("queue: evidence could not be kept", metadata: ["error": "\(error)"])
            evidence = []
        }
    }
}
