import Postgres
import Relay

/// Histories as they should be, to be broken by tests.
enum SampleHistory {
    static func moment(_ seconds: Int64) -> Timestamp { Timestamp(microsecondsSince1970: seconds * 1_000_000) }

    static func digest(_ letter: Character) -> String { String(repeating: letter, count: 64) }

    static func signs(_ number: Int64) -> PrintedSigns {
        PrintedSigns(fn: "9960440300000001", fd: "\(number)", fpd: "\(number)77")
    }

    static func key(_ event: Int64, part: Int = 1, edition: Int = 1) -> String {
        ExternalID(shop: "main", eventKey: "payment:\(event)", part: part, edition: edition).text
    }

    static func receipt(_ event: Int64, part: Int = 1, edition: Int = 1, closed: Int64) -> HistoryReceipt {
        HistoryReceipt(
            event: event, part: part, edition: edition, externalID: key(event, part: part, edition: edition),
            destination: "cloudkassir:main@localhost", settlementKey: "payment:\(event):in:1", state: .fiscalised,
            recordedDigest: digest("a"),
            requestDigest: digest("a"), signs: signs(event * 10 + Int64(part)), closedAt: moment(closed))
    }

    static func run(
        _ event: Int64, _ number: Int64, _ step: String, _ outcome: String, from start: Int64, to end: Int64,
        part: Int = 1, digest: String? = nil
    ) -> HistoryRun {
        HistoryRun(
            job: event, runNumber: number, worker: 1, startedAt: moment(start), endedAt: moment(end), part: part,
            step: step, outcome: outcome, digest: digest, sentAt: digest.map { _ in moment(start) },
            answeredAt: digest.map { _ in moment(end) }, doubt: step == "submit" ? "resend" : "none")
    }

    /// An event that was fiscalised between `start` and `start + 6` seconds.
    static func event(_ id: Int64, lane: String = "order:1", from start: Int64) -> HistoryEvent {
        HistoryEvent(
            id: id, shop: "main", kind: "order.paid", eventKey: "payment:\(id)", lane: lane,
            committedAt: moment(start - 1),
            end: HistoryEvent.End(outcome: "fiscalised", at: moment(start + 6)),
            receipts: [receipt(id, closed: start + 6)],
            runs: [
                run(id, 1, "build", "next", from: start, to: start + 1),
                run(id, 2, "submit", "next", from: start + 2, to: start + 3, digest: digest("a")),
                run(id, 4, "await", "finish", from: start + 5, to: start + 6),
            ])
    }

    /// The event with a first sending in run 2, closed as `outcome`, and a second one in run 3, accepted.
    static func eventSentTwice(
        _ id: Int64, _ outcome: String, code: String? = nil, isAnswered: Bool = false, from start: Int64
    ) -> HistoryEvent {
        var event = event(id, lane: "", from: start)
        var first = run(id, 2, "submit", outcome, from: start + 1, to: start + 2, digest: digest("a"))
        first.code = code
        if !isAnswered { first.answeredAt = nil }
        if outcome == "lost" {
            (first.digest, first.sentAt) = (nil, nil)
            first.quietUntil = moment(start + 3)
        }
        event.runs[1].runNumber = 3
        (event.runs[1].startedAt, event.runs[1].endedAt) = (moment(start + 3), moment(start + 4))
        event.runs.insert(first, at: 1)
        return event
    }

    /// Sent to an unknown end, and then another edition of it.
    static func eventSentAnew(_ id: Int64, from start: Int64) -> HistoryEvent {
        var event = eventSentTwice(id, "in_doubt", from: start)
        var (first, second) = (receipt(id, closed: start + 3), receipt(id, edition: 2, closed: start + 6))
        (first.state, first.signs) = (.abandoned, nil)
        second.signs = signs(41)
        event.receipts = [first, second]
        event.runs[2].edition = 2
        return event
    }

    /// Two parts, one after the other.
    static func eventWithTwoParts(_ id: Int64, from start: Int64) -> HistoryEvent {
        var event = event(id, from: start)
        event.receipts = [receipt(id, closed: start + 6), receipt(id, part: 2, closed: start + 12)]
        event.runs[2].outcome = "next"
        event.runs += [
            run(id, 5, "submit", "next", from: start + 7, to: start + 8, part: 2, digest: digest("a")),
            run(id, 6, "await", "finish", from: start + 11, to: start + 12, part: 2),
        ]
        event.end?.at = moment(start + 12)
        return event
    }

    /// The ledger that fits these events.
    static func ledger(_ events: [HistoryEvent]) -> ProviderLedger {
        let receipts = events.flatMap(\.receipts).filter { $0.signs != nil }
        return ProviderLedger(
            receipts.enumerated().map { position, receipt in
                ProviderLedger.Document(
                    account: "main", externalID: receipt.externalID, digest: receipt.recordedDigest,
                    signs: receipt.signs, position: position)
            })
    }

    /// Three events of one lane, the second with two parts, and one without a lane.
    static var whole: History {
        let events = [
            event(1, from: 100), eventWithTwoParts(2, from: 110), event(3, from: 130), event(4, lane: "", from: 100),
        ]
        return History(events: events, ledger: ledger(events), isSettled: true, tolerance: .none)
    }
}
