import Postgres
import Testing

@testable import JobQueue

/// Where claims look, without a database or a clock.
@Suite struct StreamBoardTests {
    private let start = ContinuousClock.now
    private let key = StreamKey(queue: "local", shop: "shop", priority: 0)
    private func moment(_ seconds: Int64) -> Timestamp { Timestamp(microsecondsSince1970: seconds * 1_000_000) }

    private func seen(_ board: inout StreamBoard, at now: ContinuousClock.Instant) {
        let finding = SurveyFinding(queue: key.queue, stream: key, wait: .zero, closedFor: .zero)
        board.learn([finding], startedAt: now, took: .zero, at: now)
    }

    /// One look that finds `found` jobs and takes `took`; what it asked for.
    private func look(
        _ board: inout StreamBoard, found: Int, took: Duration = .zero, at now: ContinuousClock.Instant,
        clock: Timestamp
    ) throws -> ClaimPlan.Visit {
        let plan = try #require(board.plan(room: 10, at: now) { _ in 10 })
        board.learn(plan, visited: [found], reached: [], lookedAt: clock, took: took, at: now)
        return try #require(plan.streams.first)
    }

    @Test func aStreamThatRanDryIsVisitedForAWhileFromWhereItEnded() throws {
        var board = StreamBoard(at: start)
        seen(&board, at: start)
        let first = try look(&board, found: 3, at: start, clock: moment(1))
        #expect(first.isFullLook)
        let soon = start.advanced(by: .milliseconds(100))
        _ = try look(&board, found: 0, at: soon, clock: moment(2))
        let next = try look(&board, found: 0, at: soon.advanced(by: .milliseconds(100)), clock: moment(3))
        // What counts is what was looked at a while ago.
        #expect(next.floor == ClaimFloor.Position(readyAt: moment(1), id: 0))
        #expect(!next.isFullLook)
        // An empty survey does not make it forget.
        board.learn([], startedAt: soon, took: .zero, at: soon)
        #expect(board.hasWork(at: soon))
        let late = start.advanced(by: .seconds(6))
        board.learn([], startedAt: late, took: .zero, at: late)
        #expect(!board.hasWork(at: late))
    }

    @Test func whatASurveySeesAndALookFromTheFloorDoesNotIsLookedForFromTheBottom() throws {
        var board = StreamBoard(at: start)
        seen(&board, at: start)
        _ = try look(&board, found: 0, at: start, clock: moment(1))
        let soon = start.advanced(by: .milliseconds(100))
        var looks = [try look(&board, found: 0, at: soon, clock: moment(2))]
        seen(&board, at: soon)
        looks.append(try look(&board, found: 0, at: soon, clock: moment(2)))
        looks.append(try look(&board, found: 1, at: soon, clock: moment(2)))
        #expect(looks.map(\.isFullLook) == [false, false, true])
    }

    @Test func aStreamThatWasCutForWantOfRoomIsNotDry() throws {
        var board = StreamBoard(at: start)
        let small = StreamKey(queue: "local", shop: "a", priority: 0)
        for shop in ["a", "shop"] { board.isReady(StreamKey(queue: "local", shop: shop, priority: 0), at: start) }
        func look(_ counts: [String: Int], _ clock: Int64) throws -> ClaimPlan {
            let plan = try #require(board.plan(room: 10, at: start) { _ in 10 })
            board.learn(
                plan, visited: plan.streams.map { counts[$0.key.shop] }, reached: [], lookedAt: moment(clock),
                took: .zero, at: start)
            return plan
        }
        _ = try look(["a": 0, "shop": 5], 1)
        // The small one took one of ten, so the big one could have nine of the ten it was asked for.
        let second = try look(["a": 1, "shop": 9], 2)
        #expect(second.streams.map(\.key).first == small)
        #expect(second.streams.map(\.limit) == [5, 10])
        let later = start.advanced(by: .milliseconds(200))
        _ = try #require(board.plan(room: 10, at: later) { _ in 10 })
        board.learn(second, visited: [0, 10], reached: [], lookedAt: moment(3), took: .zero, at: later)
        let third = try #require(board.plan(room: 10, at: later) { _ in 10 })
        #expect(third.streams.first { $0.key == key }?.floor == .bottom)
        #expect(third.streams.first { $0.key == small }?.floor.readyAt == moment(2))
    }

    /// Jobs that only another release can run stay ready, however often we look.
    @Test func muchThatNobodyHereCanRunIsSeldomWalkedOver() throws {
        var board = StreamBoard(at: start)
        var (walked, looks) = (Duration.zero, 0)
        var now = start
        while now < start.advanced(by: .seconds(60)) {
            seen(&board, at: now)
            let plan = try #require(board.plan(room: 10, at: now) { _ in 10 })
            let isFull = try #require(plan.streams.first).isFullLook
            let took = Duration.milliseconds(isFull ? 100 : 0)
            walked += took
            looks += 1
            now = now.advanced(by: took)
            board.learn(
                plan, visited: [0], reached: [], lookedAt: moment(Int64(looks)), took: took, at: now)
            now = now.advanced(by: .milliseconds(10))
        }
        #expect(looks > 1000)
        #expect(walked <= .milliseconds(1300))
    }

    @Test func whereThereIsPlentyNoSurveyIsNeeded() throws {
        var board = StreamBoard(at: start)
        seen(&board, at: start)
        #expect(board.streamsWithPlenty == [])
        _ = try look(&board, found: 10, at: start, clock: moment(1))
        #expect(board.streamsWithPlenty == [key])
        // For as long as nobody has room for it, and no survey speaks of it.
        let late = start.advanced(by: .seconds(60))
        board.learn([], startedAt: late, took: .zero, at: late)
        #expect(board.hasWork(at: late))
        // From the bottom on there is nothing left.
        _ = try look(&board, found: 0, at: late, clock: moment(60))
        #expect(board.streamsWithPlenty == [] && !board.hasWork(at: late))
    }

    @Test func onlyWhoHasHadWorkLatelySharesWithABacklog() throws {
        var board = StreamBoard(at: start)
        let other = StreamKey(queue: "local", shop: "other", priority: 0)
        for key in [key, other] { board.isReady(key, at: start) }
        func look(_ found: [StreamKey: Int], at now: ContinuousClock.Instant) throws {
            let plan = try #require(board.plan(room: 10, at: now) { _ in 10 })
            board.learn(
                plan, visited: plan.streams.map { min($0.limit, found[$0.key] ?? 0) }, reached: [], lookedAt: nil,
                took: .zero, at: now)
        }
        try look([key: 10], at: start)
        #expect(!board.isShared(at: start), "the other has had nothing yet")
        try look([key: 10, other: 1], at: start)
        #expect(board.isShared(at: start))
        let soon = start.advanced(by: .seconds(4))
        // From the bottom of the backlog in a claim of its own, then of both.
        let long = try #require(board.plan(room: 10, at: soon) { _ in 10 })
        #expect(long.streams.map(\.key) == [key] && long.streams.map(\.isFullLook) == [true])
        #expect(board.plan(room: 10, at: soon) { _ in 10 }?.streams.map(\.key) == [other, key])
        try look([key: 10], at: soon)
        #expect(board.isShared(at: soon))
        var paused = board
        paused.learn([closed("local", for: .seconds(60))], startedAt: soon, took: .zero, at: soon)
        #expect(!paused.isShared(at: soon), "what is closed is in nobody's way")
        #expect(!board.isShared(at: soon.advanced(by: .seconds(2))), "that was long ago")
        try look([:], at: soon)
        #expect(!board.isShared(at: soon), "nobody has plenty")
    }

    private func closed(_ queue: String, for time: Duration) -> SurveyFinding {
        SurveyFinding(
            queue: queue, stream: StreamKey(queue: queue, shop: "shop", priority: 0), wait: .zero, closedFor: time)
    }

    @Test func aSlowSurveyBlindsForSecondsAtMost() {
        var board = StreamBoard(at: start)
        let end = start.advanced(by: .seconds(30))
        board.learn([closed("provider", for: .seconds(60))], startedAt: start, took: .seconds(30), at: end)
        #expect(board.nextSurvey == end.advanced(by: .seconds(5)))
    }

    /// The first survey of a session has its plans to make: it says little of what the next ones cost.
    @Test func aSurveyThatWasSlowOnceDelaysTheNextOneLittle() {
        var board = StreamBoard(at: start)
        func pause(after took: Duration) -> Duration {
            board.learn([], startedAt: start, took: took, at: start)
            return start.duration(to: board.nextSurvey)
        }
        #expect(pause(after: .milliseconds(16)) == .milliseconds(40))
        #expect(pause(after: .milliseconds(1)) == .milliseconds(20))
        #expect(pause(after: .zero) == .milliseconds(5))
        // Those that are always slow are asked for a twentieth of the time.
        for _ in 1...40 { _ = pause(after: .milliseconds(16)) }
        #expect(pause(after: .milliseconds(16)) > .milliseconds(310))
    }

    @Test func whatWeAreToldDuringASurveyIsLookedForAfterIt() {
        var board = StreamBoard(at: start)
        let end = start.advanced(by: .seconds(2))
        board.isTold(at: start.advanced(by: .seconds(1)))
        board.learn([closed("provider", for: .seconds(60))], startedAt: start, took: .seconds(2), at: end)
        #expect(board.nextSurvey <= end)
        // The next one has seen it.
        board.learn([], startedAt: end, took: .seconds(2), at: end.advanced(by: .seconds(2)))
        #expect(board.nextSurvey > end.advanced(by: .seconds(2)))
    }

    @Test func aQueueThatWeOpenedOurselvesIsOpenWhateverASurveySaid() {
        var board = StreamBoard(at: start)
        board.learn([closed("provider", for: .seconds(60))], startedAt: start, took: .seconds(1), at: start)
        #expect(!board.hasWork(at: start))
        board.hasOpened("provider", at: start)
        #expect(board.hasWork(at: start))
    }

    @Test func dueJobsAreLookedForFromWhereTheLastLookEnded() throws {
        var board = StreamBoard(at: start)
        func look(_ found: Int, at now: ContinuousClock.Instant, reaching second: Int64?) throws -> ClaimFloor.Position
        {
            board.willBeDue("local", at: now, knownAt: now)
            let plan = try #require(board.plan(room: 10, at: now) { _ in 10 })
            let position = second.map { ClaimFloor.Position(readyAt: moment($0), id: 7) }
            board.learn(plan, visited: [found], reached: [position], lookedAt: moment(9), took: .zero, at: now)
            return try #require(plan.dueFloors["local"])
        }
        let soon = start.advanced(by: .milliseconds(100))
        #expect(try look(10, at: start, reaching: 1) == .bottom)
        #expect(try look(10, at: soon, reaching: 2) == .bottom)
        #expect(try look(0, at: soon, reaching: nil) == ClaimFloor.Position(readyAt: moment(1), id: 7))
        // A survey sees one that a look from there on does not find.
        let finding = SurveyFinding(queue: "local", stream: nil, wait: .zero, closedFor: .zero)
        board.learn([finding], startedAt: soon, took: .zero, at: soon)
        _ = try look(0, at: soon, reaching: nil)
        #expect(try look(1, at: soon, reaching: 1) == .bottom)
    }

    @Test func theRoomOfAQueueIsItsOwn() throws {
        var board = StreamBoard(at: start)
        for shop in ["a", "b"] { board.isReady(StreamKey(queue: "portal", shop: shop, priority: 0), at: start) }
        board.willBeDue("portal", at: start, knownAt: start)
        let after = StreamKey(queue: "register", shop: "a", priority: 0)
        for other in [key, after] { board.isReady(other, at: start) }
        let plan = try #require(board.plan(room: 10, at: start) { $0 == "portal" ? 3 : 10 })
        #expect(plan.queueRooms == ["portal": 3, "register": 10])
        #expect(plan.reservations == ["portal": 3, "register": 10])
        #expect(plan.streams.map(\.key.queue) == ["local", "portal", "portal", "register"])
        // The second stream of the portal gave less than its limit for want of the portal's room: there is more in it,
        // so it comes after those that are dry, though it was visited before one of them.
        board.learn(plan, visited: [0, 1, 2, 0, 0], reached: [], lookedAt: nil, took: .zero, at: start)
        let next = try #require(board.plan(room: 10, at: start) { _ in 10 })
        #expect(next.streams.map(\.key.queue) == ["local", "portal", "register", "portal"])
        #expect(next.streams.last?.key.shop == "b")
    }

    @Test func aJobClaimedAgainByTheTurnThatRecordsItCountsOnce() {
        func run(_ number: Int64, _ queue: String) -> ClaimedRun {
            ClaimedRun(
                run: JobRun(job: JobID(1), runNumber: number, shop: "shop", kind: "test", queue: queue, step: "run"),
                priority: 0, readyAt: moment(0))
        }
        var table = RunTable()
        table.add(run(1, "provider"), at: start, deadline: start)
        _ = table.answer(run(1, "provider").run)
        table.add(run(2, "local"), at: start, deadline: start)
        let gone = table.remove(run(1, "provider").run)
        #expect(gone == nil)
        #expect((table.count, table.count(in: "provider"), table.count(in: "local"), table.unanswered) == (1, 0, 1, 1))
        let ended = table.remove(run(2, "local").run)
        #expect(ended != nil)
        #expect(table.isEmpty && table.unanswered == 0)
    }
}
