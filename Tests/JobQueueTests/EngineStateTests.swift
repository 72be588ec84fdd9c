import Postgres
import Testing

@testable import JobQueue

/// What a worker decides, without a database or a clock.
@Suite struct EngineStateTests: EngineScene {
    let start = ContinuousClock.now

    @Test func anIdleWorkerAsksToBeToldAndThenPolls() {
        var state = EngineState(configuration(), at: start)
        let turns = turns(&state, over: .seconds(20)) { turn, now in answer(survey: [], at: now) }
        // Six quick looks at first, then one a second, and the flag once in a while.
        #expect((20...40).contains(turns.count))
        let wishes = turns.compactMap(\.wish)
        #expect(wishes == Array(repeating: .notify(for: .seconds(30)), count: wishes.count))
        #expect((1...3).contains(wishes.count))
    }

    /// The look under way may have begun before the event was committed, and would put off the next one.
    @Test func aHintDuringALookIsFollowedByAnother() {
        var state = EngineState(configuration(), at: start)
        var now = start
        // Until the quick looks are over, so that the next one would be far away.
        for _ in 0..<12 {
            switch state.next(at: now, leaseHolds: true) {
            case .turn(let turn): state.ended(turn, answer(survey: [], at: now), at: now) { _ in .seconds(5) }
            case .sleep(let instant): now = instant
            case .end: Issue.record("it ended")
            }
        }
        now = now.advanced(by: .seconds(2))
        guard case .turn(let turn) = state.next(at: now, leaseHolds: true) else {
            Issue.record("it polls")
            return
        }
        state.hint(at: now.advanced(by: .milliseconds(1)))
        now = now.advanced(by: .milliseconds(2))
        state.ended(turn, answer(survey: [], at: now), at: now) { _ in .seconds(5) }
        // A survey may have to wait for as long as its cost demands.
        var slept = Duration.zero
        if case .sleep(let instant) = state.next(at: now, leaseHolds: true) { slept = now.duration(to: instant) }
        #expect(slept <= .milliseconds(25))
    }

    /// A call for a job that runs cuts its next snooze to nothing, which only the database knows.
    @Test(arguments: [true, false]) func aCallDuringARunIsFollowedByALookWhenTheRunSnoozes(isHinted: Bool) throws {
        var state = EngineState(configuration(), at: start)
        let run = claimed(1)
        var now = start
        state.began([run], at: now) { _ in .seconds(5) }
        /// Carries out what is to be done until `end`; how many of the turns looked for work.
        func looks(until end: ContinuousClock.Instant) -> Int {
            var looks = 0
            while now < end {
                switch state.next(at: now, leaseHolds: true) {
                case .turn(let turn):
                    var answer = turn.surveys ? answer(survey: [], at: now) : TurnAnswer()
                    answer.recorded = turn.reports
                    if turn.surveys && turn.reports.isEmpty { looks += 1 }
                    state.ended(turn, answer, at: now) { _ in .seconds(5) }
                case .sleep(let instant): now = min(end, instant)
                case .end: return looks
                }
            }
            return looks
        }
        _ = looks(until: now.advanced(by: .seconds(2)))
        if isHinted { state.hint(at: now) }
        // Until a look is just over, and the next one is a poll away.
        while looks(until: now.advanced(by: .milliseconds(10))) == 0 {}
        _ = state.answered(try .test(run.run, Outcome(.snooze(for: .seconds(3600), checkpoint: nil))), at: now)
        #expect(looks(until: now.advanced(by: .milliseconds(50))) == (isHinted ? 1 : 0))
    }

    /// What was committed before anybody asked to be told is seen by a look after that, however slow looks are.
    @Test func aWishIsFollowedByALookAndByALastOneSoonAfter() throws {
        var state = EngineState(configuration { $0.claimers = 2 }, at: start)
        func next(at now: ContinuousClock.Instant) throws -> Turn {
            guard case .turn(let turn) = state.next(at: now, leaseHolds: true) else { throw Unexpected(what: "sleep") }
            return turn
        }
        func slow(from began: ContinuousClock.Instant) -> TurnAnswer {
            var answer = TurnAnswer()
            answer.survey = TurnAnswer.Survey(findings: [], startedAt: began, took: .seconds(1))
            return answer
        }
        let (first, second) = (try next(at: start), try next(at: start))
        var now = start.advanced(by: .milliseconds(100))
        state.ended(first, slow(from: start), at: now) { _ in .seconds(5) }
        state.ended(second, slow(from: start), at: now) { _ in .seconds(5) }
        let wish = try next(at: now)
        #expect(wish.wish == .notify(for: .seconds(30)) && wish.surveys)
        state.ended(wish, slow(from: now), at: now) { _ in .seconds(5) }
        let told = now
        var looks: [Duration] = []
        while now < told.advanced(by: .milliseconds(900)) {
            switch state.next(at: now, leaseHolds: true) {
            case .turn(let turn):
                if turn.surveys { looks.append(told.duration(to: now)) }
                state.ended(turn, turn.surveys ? slow(from: now) : TurnAnswer(), at: now) { _ in .seconds(5) }
            case .sleep(let instant): now = instant
            case .end: throw Unexpected(what: "end")
            }
        }
        #expect(looks.count == 1 && looks.allSatisfy { $0 > .milliseconds(15) && $0 < .milliseconds(100) }, "\(looks)")
    }

    @Test func jobsForNobodyHereDoNotKeepAWorkerBusy() {
        var state = EngineState(configuration(), at: start)
        // Every survey sees ready jobs, every claim gets none of them.
        let turns = turns(&state, over: .seconds(20)) { turn, now in
            var answer = turn.surveys ? answer(survey: [stream()], at: now) : TurnAnswer()
            if let plan = turn.plan { answer.claim = claim(plan.streams.map { _ in 0 }) }
            return answer
        }
        #expect(turns.count < 120)
    }

    @Test func withoutALeaseNothingIsClaimed() {
        var state = EngineState(configuration(), at: start)
        guard case .sleep = state.next(at: start, leaseHolds: false) else {
            Issue.record("it claimed without a lease")
            return
        }
    }

    @Test func aStreamWithLittleIsServedBeforeOneWithABacklog() throws {
        var board = StreamBoard(at: start)
        board.learn([stream(shop: "big"), stream(shop: "small")], startedAt: start, took: .zero, at: start)
        let first = try #require(board.plan(room: 10, at: start) { _ in 10 })
        #expect(first.streams.map(\.limit) == [5, 5])
        // The big one was full, the small one had two.
        let visited = first.streams.map { $0.key.shop == "big" ? 5 : 2 }
        board.learn(first, visited: visited, reached: [], lookedAt: nil, took: .zero, at: start)
        board.learn([stream(shop: "big"), stream(shop: "small")], startedAt: start, took: .zero, at: start)
        let second = try #require(board.plan(room: 10, at: start) { _ in 10 })
        #expect(second.streams.map(\.key.shop).contains("small"))
        // What the small one does not take is the big one's.
        #expect(second.streams.map(\.limit) == [5, 10])
    }

    @Test func oneClaimInEightTakesBulkWorkFirst() throws {
        var board = StreamBoard(at: start)
        var bulkFirst = 0
        for _ in 0..<16 {
            board.learn([stream(), stream("local", shop: "shop", 1)], startedAt: start, took: .zero, at: start)
            let plan = try #require(board.plan(room: 10, at: start) { _ in 10 })
            if plan.streams.first?.key.priority == 1 { bulkFirst += 1 }
        }
        #expect(bulkFirst == 2)
    }

    @Test func aClosedQueueIsNotVisitedUntilItOpens() throws {
        var board = StreamBoard(at: start)
        let closed = SurveyFinding(
            queue: "p", stream: StreamKey(queue: "p", shop: "shop", priority: 0), wait: .zero, closedFor: .seconds(5))
        board.learn([closed], startedAt: start, took: .zero, at: start)
        #expect(!board.hasWork(at: start))
        #expect(board.nextDue(after: start) == start.advanced(by: .seconds(5)))
        #expect(board.hasWork(at: start.advanced(by: .seconds(5))))
    }

    /// Long after the quick looks are over, a refilled bucket must not wait for the next poll.
    @Test func whatOpensByItselfIsClaimedWhenItDoes() {
        var state = EngineState(configuration(), at: start)
        let opensAt = start.advanced(by: .milliseconds(1500))
        var firstVisit: ContinuousClock.Instant?
        _ = turns(&state, over: .seconds(4)) { turn, now in
            let key = StreamKey(queue: "provider", shop: "shop", priority: 0)
            if turn.plan?.streams.contains(where: { $0.key == key }) ?? false { firstVisit = firstVisit ?? now }
            var answer = TurnAnswer()
            if turn.surveys {
                answer = self.answer(
                    survey: [
                        SurveyFinding(
                            queue: "provider", stream: key, wait: .zero,
                            closedFor: max(.zero, now.duration(to: opensAt)))
                    ], at: now)
            }
            if let plan = turn.plan {
                answer.claim = claim(plan.streams.map { _ in 0 } + plan.dueQueues.map { _ in 0 })
            }
            return answer
        }
        let waited = firstVisit.map { opensAt.duration(to: $0) }
        #expect(waited.map { (.zero ... .milliseconds(20)).contains($0) } ?? false)
    }

    /// What was claimed and never answered would be a doubt once this worker is gone.
    @Test func aWorkerThatStopsComparesFirst() throws {
        var state = EngineState(configuration(), at: start)
        guard case .turn(let look) = state.next(at: start, leaseHolds: true) else { throw Unexpected(what: "no look") }
        state.ended(look, answer(survey: [stream()], at: start), at: start) { _ in .seconds(5) }
        guard case .turn(let claiming) = state.next(at: start, leaseHolds: true) else {
            throw Unexpected(what: "no claim")
        }
        state.failed(claiming, TurnAnswer(), evidence: [], claimMayStand: true, at: start) { _ in .seconds(5) }
        state.stop()
        guard case .turn(let comparison) = state.next(at: start.advanced(by: .seconds(1)), leaseHolds: true) else {
            throw Unexpected(what: "no comparison")
        }
        #expect(comparison.known == [])
    }

    @Test func theFloorFollowsAtADistance() {
        var floor = ClaimFloor()
        for step in 0..<10 {
            let position = ClaimFloor.Position(readyAt: Timestamp(microsecondsSince1970: Int64(step)), id: Int64(step))
            floor.reached(position, at: start.advanced(by: .milliseconds(20 * step)))
        }
        // What was claimed 50 ms ago or earlier: at 120 ms of 180.
        #expect(floor.position.id == 6)
    }

    @Test func outcomesWaitForEachOtherOnlyWhileRunsAreUnderWay() throws {
        let configuration = configuration()
        var state = EngineState(configuration, at: start)
        guard case .turn(let look) = state.next(at: start, leaseHolds: true) else { return }
        state.ended(look, answer(survey: [], at: start), at: start) { _ in .seconds(5) }
        let runs = [1, 2].map { id in
            ClaimedRun(
                run: JobRun(job: JobID(id), shop: "shop", kind: "test", step: "run"), priority: 0,
                readyAt: Timestamp(microsecondsSince1970: 0))
        }
        state.began(runs, at: start) { _ in .seconds(5) }
        func report(_ run: JobRun) throws -> Report { try Report.test(run, Outcome(.finish(outcome: "ok"))) }
        let first = state.answered(try report(runs[0].run), at: start)
        #expect(first)
        if case .turn(let turn) = state.next(at: start, leaseHolds: false) { #expect(turn.reports.isEmpty) }
        let second = state.answered(try report(runs[1].run), at: start)
        #expect(second)
        guard case .turn(let turn) = state.next(at: start, leaseHolds: false) else {
            Issue.record("nothing was recorded")
            return
        }
        #expect(turn.reports.count == 2)
    }

    /// What became of the first run is not known, the job was claimed again, and both have something to say: whatever
    /// is heard of one of them is not said of the other.
    @Test func ofAJobOneReportGoesAtATimeAndNoneIsLost() throws {
        var state = EngineState(configuration(), at: start)
        guard case .turn(let look) = state.next(at: start, leaseHolds: true) else { return }
        state.ended(look, answer(survey: [], at: start), at: start) { _ in .seconds(5) }
        var now = start
        func begin(_ job: Int64, run: Int64) {
            let run = ClaimedRun(
                run: JobRun(job: JobID(job), runNumber: run, shop: "shop", kind: "test", step: "run"), priority: 0,
                readyAt: Timestamp(microsecondsSince1970: 0))
            state.began([run], at: now) { _ in .seconds(5) }
        }
        func end(_ job: Int64, run: Int64) throws {
            let run = JobRun(job: JobID(job), runNumber: run, shop: "shop", kind: "test", step: "run")
            _ = state.answered(try Report.test(run, Outcome(.finish(outcome: "ok"))), at: now)
        }
        func turn() throws -> Turn {
            for _ in 0..<10 {
                switch state.next(at: now, leaseHolds: false) {
                case .turn(let turn): return turn
                case .sleep(let instant): now = instant
                case .end: throw Unexpected(what: "the end")
                }
            }
            throw Unexpected(what: "no turn")
        }
        begin(22, run: 2)
        try end(22, run: 2)
        state.failed(try turn(), TurnAnswer(), evidence: [], claimMayStand: false, at: now) { _ in .seconds(5) }
        begin(22, run: 6)
        begin(31, run: 1)
        try end(22, run: 6)
        try end(31, run: 1)
        let first = try turn()
        #expect(first.reports.map { RunID($0.run) } == [RunID(job: JobID(22), number: 2)])
        var answer = TurnAnswer()
        answer.unmatched = first.reports
        state.failed(first, answer, evidence: [], claimMayStand: false, at: now) { _ in .seconds(5) }
        #expect(
            try turn().reports.map { RunID($0.run) }
                == [RunID(job: JobID(22), number: 6), RunID(job: JobID(31), number: 1)])
    }

    @Test func aComparisonKnowsTheRunsOfATurnThatEndedBeforeIt() throws {
        var state = EngineState(configuration { $0.claimers = 2 }, at: start)
        func turn() throws -> Turn {
            guard case .turn(let turn) = state.next(at: start, leaseHolds: true) else {
                throw Unexpected(what: "no turn")
            }
            return turn
        }
        let look = try turn()
        state.ended(look, answer(survey: [stream()], at: start), at: start) { _ in .seconds(5) }
        let (claiming, failing) = (try turn(), try turn())
        // The answer to one claim got lost: what the database thinks is running here must be compared.
        state.failed(failing, TurnAnswer(), evidence: [], claimMayStand: true, at: start) { _ in .seconds(5) }
        let later = start.advanced(by: .seconds(1))
        guard case .sleep = state.next(at: later, leaseHolds: true) else {
            Issue.record("compared while a claim was under way")
            return
        }
        var brought = TurnAnswer()
        let run = ClaimedRun(
            run: JobRun(job: JobID(7), shop: "shop", kind: "test", step: "run"), priority: 0,
            readyAt: Timestamp(microsecondsSince1970: 0))
        brought.claim = claim(claiming.plan?.streams.map { _ in 1 } ?? [], [run])
        state.ended(claiming, brought, at: later) { _ in .seconds(5) }
        guard case .turn(let comparison) = state.next(at: later, leaseHolds: true) else {
            throw Unexpected(what: "no comparison")
        }
        #expect(comparison.known == [RunID(job: JobID(7), number: 1)])
    }

    @Test(arguments: [(98, Disposition.Place.inDoubt), (99, .dead)])
    func aDoubtThatNothingSettlesReachesAPerson(doubts: Int, place: Disposition.Place) {
        var generator = SystemRandomNumberGenerator()
        let definition = StepDefinition(
            key: StepKey(kind: "test", step: "send"), doubt: .lookup, timeout: .seconds(5)
        ) { runs in runs.map { _ in Outcome(.handBack) } }
        let disposition = Disposition(
            Outcome(.inDoubt(JobFailure(code: "502", message: "Bad gateway."))),
            of: JobRun(job: JobID(1), shop: "shop", kind: "test", step: "send", doubts: doubts), by: definition,
            configuration(), using: &generator)
        // Whoever decides finds the doubt on record: the word stays.
        #expect(disposition.place == place && disposition.verdict == "in_doubt")
        #expect((disposition.failure?.code == "in_doubt") == (place == .dead))
    }

    @Test func backoffIsFullJitterUpToItsCap() {
        let backoff = RetryBackoff.standard
        #expect(
            [0, 1, 2, 5].map { backoff.ceiling(afterAttempt: $0) } == [
                .seconds(2), .seconds(4), .seconds(8), .seconds(64),
            ])
        #expect(backoff.ceiling(afterAttempt: 12) == .seconds(3600))
        #expect(backoff.ceiling(afterAttempt: Int.max) == .seconds(3600))
        var generator = SystemRandomNumberGenerator()
        let delays = (0..<1000).map { _ in backoff.delay(afterAttempt: 3, using: &generator) }
        #expect(delays.allSatisfy { $0 >= .zero && $0 <= .seconds(16) })
        #expect(delays.contains { $0 < .seconds(4) } && delays.contains { $0 > .seconds(12) })
    }
}
