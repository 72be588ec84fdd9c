import Postgres
import Relay
import Testing

/// Jobs that no event is are held to the promises too, and jobs that one worker runs in a row do not overlap.
@Suite struct OrderedJobTests {
    private func codes(_ history: History) -> [String] {
        history.violations.map { "\($0.invariant.rawValue) \($0.code)" }
    }

    private func history(_ job: HistoryEvent.Job, event: Int64? = 1, isSettled: Bool = true) -> History {
        var history = SampleHistory.whole
        history.isSettled = isSettled
        history.remainder.orderedJobs = [
            OrderedJob(id: 77, shop: "main", kind: "order.writeback", lane: "writeback:1", event: event, job: job)
        ]
        return history
    }

    @Test(arguments: [
        ("I7 orphaned", HistoryEvent.Job(state: "running", step: "write", holdsLane: true, isOrphaned: true)),
        ("I7 stray", HistoryEvent.Job(state: "waiting", step: "write", isStray: true)),
        ("I7 dead_without_reason", HistoryEvent.Job(state: "dead", step: "write")),
        ("I7 not_at_rest", HistoryEvent.Job(state: "later", step: "write")),
    ])
    func aJobIsAtWorkOrInFrontOfAPerson(code: String, job: HistoryEvent.Job) {
        #expect(codes(history(job)) == [code])
    }

    @Test func aRunHasTheTurnOfItsLane() {
        let job = HistoryEvent.Job(state: "running", step: "write")
        #expect(codes(history(job, isSettled: false)) == ["I5 runs_without_turn"])
        #expect(
            codes(history(HistoryEvent.Job(state: "running", step: "write", holdsLane: true), isSettled: false)).isEmpty
        )
    }

    @Test func whatAScheduleOrdersIsNeverAtRest() {
        #expect(codes(history(HistoryEvent.Job(state: "later", step: "books"), event: nil)).isEmpty)
    }

    @Test func itsRunsFollowEachOther() {
        var history = SampleHistory.whole
        history.remainder.orderedRuns = [
            SampleHistory.run(77, 1, "write", "later", from: 1, to: 3),
            SampleHistory.run(77, 2, "write", "finish", from: 2, to: 4),
            SampleHistory.run(78, 1, "write", "finish", from: 1, to: 3),
        ]
        #expect(codes(history) == ["I3 runs_overlap"])
        history.remainder.orderedRuns = [
            SampleHistory.run(77, 2, "write", "finish", from: 1, to: 2),
            SampleHistory.run(77, 2, "write", "later", from: 2, to: 3),
        ]
        #expect(codes(history) == ["I3 run_closed_twice", "I3 run_after_end"])
    }

    /// One claim, one worker: its ends are written together, and the second began when the first did.
    @Test func jobsOfAStretchAreRunOneAfterTheOther() {
        var history = SampleHistory.whole
        history.events = (1...2).map { id in
            HistoryEvent(
                id: id, shop: "main", kind: "note", eventKey: "note:\(id)", lane: "notes",
                committedAt: SampleHistory.moment(90),
                end: HistoryEvent.End(outcome: "noted", at: SampleHistory.moment(110)),
                runs: [SampleHistory.run(id, 1, "note", "finish", from: 100, to: 110)])
        }
        history.ledger = nil
        #expect(codes(history).isEmpty)
        history.events[1].runs[0].worker = 2
        #expect(codes(history) == ["I5 at_the_same_time"])
    }
}
