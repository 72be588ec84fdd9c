import Postgres

/// I5: the events of a lane are worked on one at a time and in order of their ids, among what is committed.
///
/// Fed with events in the order of shop, lane and id, it keeps what it needs of the current lane: of a lane with more
/// events than ``memory`` the latest ones.
struct LaneRule: Sendable {
    /// Events of one lane that a further one is held against.
    static let memory = 1000

    private struct Stay: Sendable {
        let event: Int64
        let committed: Timestamp?
        let began: Timestamp?
        /// The run with which it began, and the one that finished it.
        let first: HistoryRun?
        let last: HistoryRun?
        /// Whether it may have begun before, unrecorded.
        let mayHaveBegunEarlier: Bool
        /// nil: it is not over.
        let ended: Timestamp?
        /// Places of its documents in the provider's ledger.
        let places: ClosedRange<Int>?
        /// When its receipts were printed.
        let closed: ClosedRange<Timestamp>?
        let wasReleased: Bool
    }

    private let tolerance: HistoryTolerance
    private var shop = ""
    private var lane = ""
    private var stays: [Stay] = []
    private var holder: Int64?

    init(tolerance: HistoryTolerance) {
        self.tolerance = tolerance
    }

    /// What this event breaks, seen from the elder ones of its lane.
    ///
    /// - Parameters:
    ///   - event: The next one.
    ///   - ledger: In which order documents came to the provider; nil: moments on record are all there is.
    /// - Returns: At most one violation of the order, and those of its turn.
    mutating func violations(of event: HistoryEvent, _ ledger: ProviderLedger?) -> [Violation] {
        guard !event.lane.isEmpty else { return [] }
        if (event.shop, event.lane) != (shop, lane) {
            (shop, lane, stays, holder) = (event.shop, event.lane, [], nil)
        }
        var found: [Violation] = []
        if let job = event.job {
            if job.holdsLane {
                if let holder {
                    found.append(
                        Violation(.laneOrder, "two_turns", event: event.id, "event \(holder) has the lane's turn too"))
                }
                holder = event.id
            } else if job.state == "running" {
                found.append(
                    Violation(.laneOrder, "runs_without_turn", event: event.id, "it runs without its lane's turn"))
            }
        }
        let moments = event.receipts.filter { $0.state == .fiscalised }.compactMap(\.closedAt).sorted()
        let places = event.receipts.flatMap { ledger?.documents(of: $0.externalID) ?? [] }.map(\.position).sorted()
        // What counted for nothing is no begin either: it was lost, which is on record, or ran behind a head that was.
        let runs = event.runs.filter { $0.standing != .fenced && $0.startedAt != nil }
        let first = runs.min { ($0.startedAt ?? $0.endedAt) < ($1.startedAt ?? $1.endedAt) }
        let stay = Stay(
            event: event.id, committed: event.committedAt, began: first?.startedAt, first: first,
            last: event.runs.last { $0.outcome == "finish" },
            mayHaveBegunEarlier: !event.isBeginOnRecord,
            ended: event.end?.at, places: Self.range(places), closed: Self.range(moments),
            wasReleased: event.wasReleased)
        for elder in stays.reversed() {
            if let violation = compare(elder, stay) {
                found.append(violation)
                break
            }
        }
        stays.append(stay)
        if stays.count > Self.memory { stays.removeFirst(stays.count - Self.memory) }
        return found
    }

    /// Of a job that no event is.
    static func violations(of ordered: OrderedJob) -> [Violation] {
        guard !ordered.lane.isEmpty, ordered.job.state == "running", !ordered.job.holdsLane else { return [] }
        return [
            Violation(
                .laneOrder, "runs_without_turn", event: ordered.event,
                "job \(ordered.id) of kind \(ordered.kind) runs without its lane's turn")
        ]
    }

    private func compare(_ elder: Stay, _ younger: Stay) -> Violation? {
        // A person let others pass it: order is what he made it.
        guard !elder.wasReleased, !younger.wasReleased, let began = younger.began else { return nil }
        func passedOver() -> Violation? {
            guard !younger.mayHaveBegunEarlier, let committed = elder.committed,
                committed.advanced(by: tolerance.commit) < began
            else { return nil }
            return Violation(
                .laneOrder, "passed_over", event: younger.event,
                "it began before event \(elder.event), which had been there before it")
        }
        guard let elderBegan = elder.began else { return elder.ended == nil ? passedOver() : nil }
        if elderBegan <= began {
            // An end of a lane gives its turn away in the same transaction: the next run begins after it.
            guard elder.ended.map({ began.advanced(by: tolerance.clocks) < $0 }) ?? true,
                !Self.isStretch(elder.last, younger.first)
            else { return Self.inOrder(elder, younger) }
        } else {
            if let violation = passedOver() { return violation }
            guard younger.ended.map({ elderBegan.advanced(by: tolerance.clocks) < $0 }) ?? true else { return nil }
        }
        return Violation(
            .laneOrder, "at_the_same_time", event: younger.event,
            "it was worked on while event \(elder.event) of its lane was")
    }

    /// Whether a worker was given both by one claim, to run one after the other: their ends are written together.
    private static func isStretch(_ elder: HistoryRun?, _ younger: HistoryRun?) -> Bool {
        guard let elder, let younger, let began = elder.startedAt else { return false }
        return elder.worker == younger.worker && began == younger.startedAt
    }

    private static func range<Value>(_ sorted: [Value]) -> ClosedRange<Value>? {
        guard let first = sorted.first, let last = sorted.last else { return nil }
        return first...last
    }

    /// What began in order must come to the provider, and be printed, in order.
    private static func inOrder(_ elder: Stay, _ younger: Stay) -> Violation? {
        if let before = elder.places, let after = younger.places, after.lowerBound < before.upperBound {
            return Violation(
                .laneOrder, "printed_out_of_order", event: younger.event,
                "the provider received it before event \(elder.event) of its lane")
        }
        guard let before = elder.closed, let after = younger.closed, after.lowerBound < before.upperBound else {
            return nil
        }
        return Violation(
            .laneOrder, "printed_out_of_order", event: younger.event,
            "it was fiscalised before event \(elder.event) of its lane")
    }
}
