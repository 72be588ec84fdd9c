import Postgres
import Testing

@testable import JobQueue

/// How much a worker claims: never more than it, and each queue, has room for.
@Suite struct EngineRoomTests: EngineScene {
    let start = ContinuousClock.now

    @Test func aClaimNeverAsksForMoreThanThereIsRoom() {
        var state = EngineState(configuration { $0.claimers = 2 }, at: start)
        guard case .turn(let look) = state.next(at: start, leaseHolds: true) else {
            Issue.record("a worker looks first")
            return
        }
        state.ended(look, answer(survey: [stream()], at: start), at: start) { _ in .seconds(5) }
        var rooms: [Int] = []
        while case .turn(let turn) = state.next(at: start, leaseHolds: true), let plan = turn.plan {
            rooms.append(plan.room)
        }
        #expect(rooms == [5, 5])
    }

    @Test func besideABacklogTransactionsAreShortForTheOthers() {
        var state = EngineState(configuration { $0.concurrency = 1000 }, at: start)
        var number: Int64 = 0
        var rooms: [Int] = []
        // The other shop has one job, once.
        _ = turns(&state, over: .seconds(10)) { turn, now in
            guard let plan = turn.plan else {
                return turn.surveys ? answer(survey: [stream(), stream(shop: "other")], at: now) : TurnAnswer()
            }
            rooms.append(plan.room)
            let visited = plan.streams.map { $0.key.shop == "other" ? (number == 0 ? 1 : 0) : $0.limit }
            number += 1
            var answer = TurnAnswer()
            answer.claim = claim(visited)
            return answer
        }
        let short = rooms.count { $0 == WorkerConfiguration.sharedBatch }
        #expect(rooms.first == 250 && rooms.last == 250 && Set(rooms).count == 2)
        // For as long as the other is remembered.
        #expect(short > 1000 && short < rooms.count - 1000, "\(short) of \(rooms.count)")
    }

    @Test func aSlowDestinationLeavesRoomForTheOthers() throws {
        var board = StreamBoard(at: start)
        board.learn([stream("slow"), stream()], startedAt: start, took: .zero, at: start)
        let plan = try #require(board.plan(room: 10, at: start) { $0 == "slow" ? 0 : 10 })
        #expect(plan.streams.map(\.key.queue) == ["local"])
    }

    @Test func aQueueMayHaveALimitOfItsOwn() throws {
        let configuration = configuration { configuration in
            configuration.concurrencyPerQueue = 2
            configuration.concurrencyOfQueue = ["portal": 7]
        }
        #expect(configuration.queueLimit(of: "portal") == 7 && configuration.queueLimit(of: "register") == 2)
        var state = EngineState(configuration, at: start)
        guard case .turn(let look) = state.next(at: start, leaseHolds: true) else {
            Issue.record("a worker looks first")
            return
        }
        state.ended(look, answer(survey: [stream("portal")], at: start), at: start) { _ in .seconds(5) }
        guard case .turn(let turn) = state.next(at: start, leaseHolds: true) else {
            Issue.record("there is work")
            return
        }
        #expect(turn.plan?.streams.map(\.limit) == [min(7, configuration.claimLimit)])
    }

    @Test func aClaimUnderWayCountsAgainstTheRoomOfItsQueue() throws {
        var state = EngineState(
            configuration { configuration in
                configuration.claimers = 2
                configuration.concurrencyPerQueue = 3
            }, at: start)
        guard case .turn(let look) = state.next(at: start, leaseHolds: true) else {
            Issue.record("a worker looks first")
            return
        }
        state.ended(look, answer(survey: [stream("portal")], at: start), at: start) { _ in .seconds(5) }
        guard case .turn(let turn) = state.next(at: start, leaseHolds: true) else {
            Issue.record("there is work")
            return
        }
        #expect(turn.plan?.queueRooms == ["portal": 3])
        // Another claimer has nothing to claim there meanwhile.
        if case .turn(let other) = state.next(at: start, leaseHolds: true) { #expect(other.plan == nil) }
        var answer = TurnAnswer()
        answer.claim = claim([0])
        state.ended(turn, answer, at: start) { _ in .seconds(5) }
        let later = start.advanced(by: .seconds(2))
        guard case .turn(let again) = state.next(at: later, leaseHolds: true) else {
            Issue.record("there may be work again")
            return
        }
        #expect(again.plan?.queueRooms == ["portal": 3])
    }

    @Test func aQueueAtItsLimitKeepsNobodyBusy() {
        var state = EngineState(configuration { $0.concurrencyPerQueue = 1 }, at: start)
        let run = ClaimedRun(
            run: JobRun(job: JobID(1), shop: "shop", kind: "test", queue: "portal", step: "run"), priority: 0,
            readyAt: Timestamp(microsecondsSince1970: 0))
        state.began([run], at: start) { _ in .seconds(60) }
        var (now, looks) = (start, 0)
        while now < start.advanced(by: .seconds(10)) {
            looks += 1
            switch state.next(at: now, leaseHolds: true) {
            case .turn(let turn):
                #expect(turn.plan == nil)
                now = now.advanced(by: .milliseconds(1))
                state.ended(turn, answer(survey: [stream("portal")], at: now), at: now) { _ in .seconds(5) }
            case .sleep(let instant): now = max(instant, now.advanced(by: .microseconds(1)))
            case .end: return
            }
        }
        #expect(looks < 100)
    }

    @Test func anEndedRunMakesRoomInItsDestinationForTheVeryTurnThatRecordsIt() throws {
        var state = EngineState(configuration(), at: start)
        let run = claimed(1, queue: "portal")
        state.began([run], at: start) { _ in .seconds(60) }
        // Its destination has room for one: whoever looks finds nothing, until the quick looks are over.
        var now = start
        var isIdle = false
        while !isIdle {
            switch state.next(at: now, leaseHolds: true) {
            case .turn(let turn):
                var answer = turn.surveys ? answer(survey: [stream("portal")], at: now) : TurnAnswer()
                if let plan = turn.plan { answer.claim = claim(plan.streams.map { _ in 0 }) }
                state.ended(turn, answer, at: now) { _ in .seconds(5) }
            case .sleep(let instant):
                isIdle = now.duration(to: instant) > .milliseconds(300)
                if !isIdle { now = instant }
            case .end: throw Unexpected(what: "it ended")
            }
        }
        _ = state.answered(try Report.test(run.run, Outcome(.finish(outcome: "ok"))), at: now)
        guard case .turn(let turn) = state.next(at: now, leaseHolds: true) else {
            Issue.record("an outcome is recorded")
            return
        }
        #expect(turn.reports.count == 1)
        #expect(turn.plan?.streams.map(\.key.queue) == ["portal"])
    }

    /// A stretch is one run, however many ends it brings.
    @Test func theEndsOfAStretchMakeRoomForOneRun() throws {
        var state = EngineState(configuration(), at: start)
        guard case .turn(let look) = state.next(at: start, leaseHolds: true) else { throw Unexpected(what: "no look") }
        state.ended(look, answer(survey: [stream()], at: start), at: start) { _ in .seconds(5) }
        let heads = (1...10 as ClosedRange<Int64>).map { claimed($0) }
        let followers = (11...19 as ClosedRange<Int64>).map { number in
            var one = claimed(number)
            one.head = heads[0].run.job
            return one
        }
        state.began(heads + followers, at: start) { _ in .seconds(60) }
        for one in [heads[0]] + followers {
            var report = try Report.test(one.run, Outcome(.finish(outcome: "ok")))
            report.head = one.head
            _ = state.answered(report, at: start)
        }
        guard case .turn(let turn) = state.next(at: start.advanced(by: .seconds(1)), leaseHolds: true) else {
            throw Unexpected(what: "no turn")
        }
        #expect(turn.reports.count == 10)
        #expect(turn.plan?.room == 1)
    }
}
