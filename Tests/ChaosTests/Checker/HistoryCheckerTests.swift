import Postgres
import Relay
import Testing

/// Each rule is broken once in a value: the checker says so, names the place, and says nothing else.
@Suite struct HistoryCheckerTests {
    struct Break: Sendable, CustomTestStringConvertible {
        let expected: [String]
        let change: @Sendable (inout History) -> Void

        init(_ expected: String..., change: @escaping @Sendable (inout History) -> Void) {
            self.expected = expected
            self.change = change
        }

        var testDescription: String { expected.joined(separator: ", ") }
    }

    private static func codes(_ history: History) -> [String] {
        history.violations.map { "\($0.invariant.rawValue) \($0.code)" }
    }

    private static func moment(_ seconds: Int64) -> Timestamp { SampleHistory.moment(seconds) }

    @Test func aWholeHistoryBreaksNothing() {
        #expect(Self.codes(SampleHistory.whole).isEmpty)
    }

    static let breaks: [Break] = [
        // I1
        Break("I1 two_fiscalised") { history in
            history.events[0].receipts.append(SampleHistory.receipt(1, edition: 2, closed: 106))
            history.ledger = nil
        },
        Break("I1 two_documents") { history in
            history.ledger = SampleHistory.ledger([history.events[0]] + history.events)
        },
        Break("I1 signs_differ") { $0.events[0].receipts[0].signs?.fd = "999" },
        Break("I1 signs_differ") { history in
            history.ledger = SampleHistory.ledger(Array(history.events.dropFirst()))
        },
        Break("I1 printed_unknown") { history in
            history.events[0].receipts[0].state = .abandoned
            history.events[0].end?.outcome = "cancelled"
        },
        Break("I1 left_open") { history in
            history.events[0].receipts[0].state = .submitted
            history.events[0].end?.outcome = "cancelled"
            history.ledger = nil
        },
        Break("I1 no_receipt") { history in
            history.events[3].receipts = []
            history.events[3].runs[1].digest = nil
            history.ledger = nil
        },
        Break("I1 part_missing") { history in
            history.events[1].receipts.removeFirst()
            history.events[1].runs.removeSubrange(1...3)
            history.ledger = nil
        },
        // I2
        Break("I2 other_key") { history in
            history.events[0].receipts[0].externalID += "x"
            history.ledger = nil
        },
        Break("I2 bytes_changed") { $0.events[0].receipts[0].requestDigest = SampleHistory.digest("b") },
        Break("I2 other_bytes_sent") { $0.events[0].runs[1].digest = SampleHistory.digest("b") },
        Break("I2 sent_unplanned") { $0.events[0].runs[1].edition = 2 },
        Break("I2 other_bytes_received") { history in
            var events = history.events
            events[0].receipts[0].recordedDigest = SampleHistory.digest("b")
            history.ledger = SampleHistory.ledger(events)
        },
        Break("I2 repeated_with_other_bytes") { $0.ledger?.altered = [SampleHistory.key(1)] },
        Break("I2 sent_without_intent") { history in
            history.ledger = SampleHistory.ledger(history.events + [SampleHistory.event(9, from: 0)])
        },
        Break("I2 parts_out_of_order") { $0.events[1].receipts[0].closedAt = moment(118) },
        // I3
        Break("I3 run_closed_twice") { history in
            history.events[0].runs.insert(
                SampleHistory.run(1, 2, "submit", "later", from: 102, to: 104), at: 2)
        },
        Break("I3 fenced_run_counted") { history in
            history.events[0].runs.insert(SampleHistory.run(1, 2, "submit", "lost", from: 102, to: 104), at: 2)
        },
        Break("I3 runs_overlap") { $0.events[0].runs[2].startedAt = moment(102) },
        Break("I3 closed_out_of_order") { history in
            history.events[0].runs[1].endedAt = moment(107)
        },
        Break("I3 run_after_end") { history in
            history.events[3].runs.append(SampleHistory.run(4, 7, "await", "later", from: 107, to: 108))
        },
        Break("I3 job_after_end", "I7 job_and_end") { history in
            history.events[3].job = HistoryEvent.Job(state: "ready", step: "await", runNumber: 4)
        },
        Break("I3 number_went_back") { history in
            history.events[3].end = nil
            history.events[3].runs[2].outcome = "later"
            history.events[3].job = HistoryEvent.Job(
                state: "dead", step: "await", runNumber: 3, reasonCode: "fail", reason: "refused")
        },
        // I4
        Break("I4 doubt_denied") { $0.events[0].runs[1].answeredAt = nil },
        Break("I4 doubt_denied") { $0.events[3] = SampleHistory.eventSentTwice(4, "later", from: 100) },
        Break("I4 doubt_denied") { $0.events[3] = SampleHistory.eventSentTwice(4, "throttled", from: 100) },
        Break("I4 sent_too_early") { history in
            history.events[3] = SampleHistory.eventSentTwice(4, "lost", from: 100)
            history.events[3].runs[1].quietUntil = moment(104)
        },
        // No slack for the clocks of real servers: what is due is claimed by the clock that said when.
        Break("I4 sent_too_early") { history in
            history.tolerance = .ofServers
            history.events[3] = SampleHistory.eventSentTwice(4, "lost", from: 100)
            history.events[3].runs[1].quietUntil = moment(103).advanced(by: .microseconds(1))
        },
        Break("I4 sent_without_person") { history in
            history.events[3] = SampleHistory.eventSentTwice(4, "dead", code: "in_doubt", from: 100)
            history.events[3].acts = [moment(101), moment(120)]
        },
        Break("I4 sent_without_person") { history in
            history.events[3] = SampleHistory.eventSentTwice(4, "lost", from: 100)
            history.events[3].runs[1].doubt = "person"
        },
        Break("I4 sent_blindly") { history in
            history.events[3] = SampleHistory.eventSentTwice(4, "in_doubt", from: 100)
            history.events[3].runs[2].doubt = "lookup"
        },
        // The step declares that the same bytes may go again, and this account does not know them again.
        Break("I4 sent_blindly") { history in
            history.unrepeatable = ["cloudkassir:main@localhost"]
            history.events[3] = SampleHistory.eventSentTwice(4, "in_doubt", from: 100)
        },
        Break("I4 sent_blindly") { history in
            history.unrepeatable = ["cloudkassir:main@localhost"]
            history.events[3] = SampleHistory.eventSentTwice(4, "lost", from: 100)
        },
        Break("I4 sent_blindly") { history in
            history.unrepeatable = ["cloudkassir:main@localhost"]
            history.events[3] = SampleHistory.eventSentTwice(4, "lost", from: 100)
            history.events[3].acts = [moment(101), moment(120)]
        },
        // To replay it is not to say what became of it.
        Break("I4 sent_anew_in_doubt") { history in
            history.events[3] = SampleHistory.eventSentAnew(4, from: 100)
            history.events[3].acts = [moment(103)]
            history.ledger = SampleHistory.ledger(history.events)
        },
        // I5
        Break("I5 at_the_same_time") { history in
            history.events[2].runs[0].startedAt = moment(120)
            history.events[2].runs[0].endedAt = moment(121)
        },
        Break("I5 at_the_same_time", "I5 at_the_same_time") { history in
            history.events[0].end = nil
            history.events[0].receipts[0].state = .submitted
            history.events[0].runs[2].outcome = "later"
            history.events[0].job = HistoryEvent.Job(
                state: "dead", step: "await", runNumber: 4, reasonCode: "fail", reason: "refused")
            history.ledger = nil
        },
        Break("I5 passed_over", "I5 passed_over") { history in
            history.events[0] = SampleHistory.event(1, from: 150)
            history.events[0].committedAt = moment(90)
        },
        Break("I5 passed_over", "I5 passed_over") { history in
            history.events[0] = HistoryEvent(
                id: 1, shop: "main", kind: "order.paid", eventKey: "payment:1", lane: "order:1",
                committedAt: moment(90),
                job: HistoryEvent.Job(state: "waiting", step: "build"))
            history.ledger = nil
        },
        Break("I5 printed_out_of_order") { history in
            history.events[2].receipts[0].closedAt = moment(121)
        },
        // Moments on record are in order; the provider knows better.
        Break("I5 printed_out_of_order") { history in
            let events = history.events
            history.ledger = SampleHistory.ledger([events[0], events[2], events[1], events[3]])
        },
        Break("I5 printed_out_of_order") { history in
            let events = history.events
            history.ledger = SampleHistory.ledger([events[1], events[0], events[2], events[3]])
        },
        Break("I5 two_turns") { history in
            for index in [1, 2] {
                history.events[index] = HistoryEvent(
                    id: Int64(index + 1), shop: "main", kind: "order.paid", eventKey: "x", lane: "order:1",
                    job: HistoryEvent.Job(
                        state: "dead", step: "build", holdsLane: true, reasonCode: "items_missing", reason: "no items"))
            }
            history.ledger = nil
        },
        Break("I5 runs_without_turn") { history in
            history.events[2] = HistoryEvent(
                id: 3, shop: "main", kind: "order.paid", eventKey: "x", lane: "order:1",
                job: HistoryEvent.Job(state: "running", step: "build"))
            history.ledger = nil
            history.isSettled = false
        },
        // I6
        Break("I6 level_differs") { history in
            history.remainder.stock = [
                StockBalance(
                    shop: "main", store: "1", product: "501", level: "3", sum: "4", repeats: 0, isEven: false)
            ]
        },
        Break("I6 moved_twice") { history in
            history.remainder.stock = [
                StockBalance(shop: "main", store: "1", product: "501", level: "4", sum: "4", repeats: 1, isEven: true)
            ]
        },
        // I7
        Break("I7 forgotten") { history in
            history.events[3] = HistoryEvent(id: 4, shop: "main", kind: "order.paid", eventKey: "payment:4")
            history.ledger = nil
        },
        Break("I7 orphaned") { history in
            history.events[3] = HistoryEvent(
                id: 4, shop: "main", kind: "order.paid", eventKey: "payment:4",
                job: HistoryEvent.Job(state: "running", step: "build", isOrphaned: true))
            history.ledger = nil
        },
        Break("I7 stray") { history in
            history.events[2] = HistoryEvent(
                id: 3, shop: "main", kind: "order.paid", eventKey: "payment:3", lane: "order:1",
                job: HistoryEvent.Job(state: "waiting", step: "build", isStray: true))
            history.ledger = nil
        },
        Break("I7 dead_without_reason") { history in
            history.events[3] = HistoryEvent(
                id: 4, shop: "main", kind: "order.paid", eventKey: "payment:4",
                job: HistoryEvent.Job(state: "dead", step: "build"))
            history.ledger = nil
        },
        Break("I7 not_at_rest") { history in
            history.events[3] = HistoryEvent(
                id: 4, shop: "main", kind: "order.paid", eventKey: "payment:4",
                job: HistoryEvent.Job(state: "later", step: "build"))
            history.ledger = nil
        },
        Break("I7 event_vanished") { $0.remainder.vanishedEvents = [12] },
        // I11
        Break("I11 settled_twice", "I11 settled_twice") { history in
            history.remainder.rivals = [
                SampleHistory.receipt(1, closed: 106), SampleHistory.receipt(8, closed: 107),
            ]
        },
        Break("write-back wrong_order") { history in
            history.ledger?.wrongOrders = [.init(portal: "main", order: 5, finding: "no such document")]
        },
    ]

    @Test(arguments: breaks) func aBrokenRuleIsNamed(_ broken: Break) {
        var history = SampleHistory.whole
        broken.change(&history)
        #expect(Self.codes(history) == broken.expected)
    }

    @Test func noToleranceHidesRunsThatOverlap() {
        var history = SampleHistory.whole
        history.tolerance = .ofServers
        history.events[0].runs[2].startedAt = Self.moment(103).advanced(by: .milliseconds(-200))
        #expect(Self.codes(history) == ["I3 runs_overlap"])
        history = SampleHistory.whole
        history.tolerance = .ofServers
        history.events[2].runs[0].startedAt = Self.moment(122).advanced(by: .milliseconds(-200))
        #expect(Self.codes(history) == ["I5 at_the_same_time"])
    }

    @Test func aViolationNamesEventReceiptAndRun() throws {
        var history = SampleHistory.whole
        history.events[0].runs[1].digest = SampleHistory.digest("b")
        let violation = try #require(history.violations.first)
        #expect(violation.event == 1)
        #expect(violation.receipt == "main/payment:1/1.1")
        #expect(violation.run == "1/2")
        #expect(
            violation.description
                == "I2 other_bytes_sent event 1 receipt main/payment:1/1.1 run 1/2: it sent other bytes than those on record"
        )
    }

    @Test(arguments: [
        Break("an elder that committed late is worked on afterwards") { history in
            history.events[0] = SampleHistory.event(1, from: 150)
            history.events[0].committedAt = moment(135)
        },
        Break("a commit that nobody could see yet is not passed over") { history in
            history.tolerance = .ofServers
            history.events[0] = SampleHistory.event(1, from: 150)
            history.events[0].committedAt = moment(125)
        },
        Break("a younger one that held the lane since a run that left no row") { history in
            history.events[0] = SampleHistory.event(1, from: 150)
            history.events[0].committedAt = moment(105)
            for index in history.events[1].runs.indices { history.events[1].runs[index].runNumber += 1 }
            history.events[2] = SampleHistory.event(3, from: 160)
        },
        Break("a released dead letter is passed by the others") { history in
            history.events[0].end = nil
            history.events[0].wasReleased = true
            history.events[0].receipts[0].state = .refused
            history.events[0].runs[2].outcome = "dead"
            history.events[0].job = HistoryEvent.Job(
                state: "dead", step: "await", runNumber: 4, reasonCode: "fail", reason: "refused")
            history.ledger = SampleHistory.ledger(Array(history.events.dropFirst()))
        },
        Break("clocks of two servers that are a little apart") { history in
            history.tolerance = .ofServers
            history.events[0].runs[2].startedAt = moment(103).advanced(by: .milliseconds(-90))
            history.events[2].runs[0].startedAt = moment(122).advanced(by: .milliseconds(-90))
        },
        Break("a doubt settled as the step declares it") {
            $0.events[3] = SampleHistory.eventSentTwice(4, "in_doubt", from: 100)
        },
        Break("an answer that told nothing, and the same bytes again") {
            $0.events[3] = SampleHistory.eventSentTwice(4, "in_doubt", isAnswered: true, from: 100)
        },
        Break("a lost run, and the same bytes when its request can no longer be under way") {
            $0.events[3] = SampleHistory.eventSentTwice(4, "lost", from: 100)
        },
        Break("what a person said of a doubt") { history in
            history.events[3] = SampleHistory.eventSentTwice(4, "dead", code: "in_doubt", from: 100)
            history.events[3].acts = [moment(103)]
        },
        Break("what a person said of a doubt at an account that knows no repeats") { history in
            history.unrepeatable = ["cloudkassir:main@localhost"]
            history.events[3] = SampleHistory.eventSentTwice(4, "lost", from: 100)
            history.events[3].acts = [moment(103)]
        },
        Break("another edition, when a person has said that the provider does not have the first") { history in
            history.events[3] = SampleHistory.eventSentAnew(4, from: 100)
            (history.events[3].acts, history.events[3].absences) = ([moment(103)], [moment(103)])
            history.ledger = SampleHistory.ledger(history.events)
        },
        Break("a doubt at another account than those that know no repeats") { history in
            history.unrepeatable = ["cloudkassir:other@localhost"]
            history.events[3] = SampleHistory.eventSentTwice(4, "in_doubt", from: 100)
        },
        Break("an elder that was released and replayed comes to the provider after others") { history in
            let events = history.events
            history.events[0].wasReleased = true
            history.ledger = SampleHistory.ledger([events[1], events[2], events[0], events[3]])
        },
        Break("what was throttled is sent again") {
            $0.events[3] = SampleHistory.eventSentTwice(4, "throttled", isAnswered: true, from: 100)
        },
        Break("what cannot have left is sent again") { history in
            history.events[3] = SampleHistory.eventSentTwice(4, "later", from: 100)
            history.events[3].runs[1].sentAt = nil
        },
        Break("what a fenced run said is evidence") { history in
            history.events[0].runs.insert(SampleHistory.run(1, 2, "submit", "fenced", from: 102, to: 104), at: 2)
        },
        Break("a refused edition and its successor") { history in
            var refused = SampleHistory.receipt(1, closed: 101)
            refused.state = .refused
            refused.signs = nil
            var again = SampleHistory.receipt(1, edition: 2, closed: 106)
            again.signs = SampleHistory.signs(1)
            history.events[0].receipts = [refused, again]
            history.events[0].runs[1].edition = 2
            history.ledger = SampleHistory.ledger(history.events)
        },
    ])
    func whatMayHappenIsNoViolation(_ change: Break) {
        var history = SampleHistory.whole
        change.change(&history)
        #expect(Self.codes(history).isEmpty)
    }

    @Test func aLedgerThatWasReadEarlierAccusesNobody() {
        var history = SampleHistory.whole
        history.ledger = SampleHistory.ledger(Array(history.events.dropFirst()))
        history.isSettled = false
        #expect(Self.codes(history).isEmpty)
    }

    @Test func aLongLaneIsJudgedByWhatIsNear() {
        let events = (1...3000).map { SampleHistory.event($0, from: $0 * 10) }
        #expect(Self.codes(History(events: events, ledger: SampleHistory.ledger(events))).isEmpty)
    }
}
