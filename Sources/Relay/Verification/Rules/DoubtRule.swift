import Postgres

/// I4: after an outcome that nobody knows nothing is sent again but as the step declares, or a person decides.
///
/// Judged by the rows of closed runs: what was sent, whether an answer came, how the run was closed, and what the worker
/// that ran it had declared. A step declares the loosest of what its accounts allow: of those that do not know the same
/// bytes again, which are told by the configuration, only a person may order another send. A run that only may have
/// sent, since its worker died, counts as one that did.
enum DoubtRule {
    /// A document and its edition, of one event.
    private struct Place: Hashable {
        let part: Int
        let edition: Int
    }

    private enum Doubt {
        /// It was sent and not answered, or answered so that nobody can tell; since then.
        case unknown(since: Timestamp)
        /// Its worker died; until then its request may be under way.
        case lost(since: Timestamp, until: Timestamp?)
        /// A person must say what became of it; since then.
        case person(since: Timestamp)

        var since: Timestamp {
            switch self {
            case .unknown(let since), .lost(let since, _), .person(let since): since
            }
        }
    }

    static func violations(
        of event: HistoryEvent, unrepeatable: Set<String>, _ tolerance: HistoryTolerance
    ) -> [Violation] {
        let runs = event.runs.filter { $0.standing != .fenced }.sorted {
            ($0.runNumber, $0.endedAt) < ($1.runNumber, $1.endedAt)
        }
        var open: [Place: Doubt] = [:]
        var found: [Violation] = []
        for run in runs {
            let place = Place(part: run.part, edition: run.edition)
            if run.hasSent {
                if let doubt = open[place], let violation = again(run, after: doubt, event, unrepeatable, tolerance) {
                    found.append(violation)
                }
                if let edition = anew(run, open, event, tolerance) {
                    found.append(
                        violation(
                            "sent_anew_in_doubt", event, run,
                            "edition \(edition) of part \(run.part) may be at the provider, and it sent another one"))
                }
            }
            if run.hasSent, run.answeredAt == nil, !leavesDoubt(run), run.standing == .counted {
                found.append(
                    violation(
                        "doubt_denied", event, run,
                        "it sent, heard no answer, and was closed as \(run.outcome) as if nothing had left"))
            }
            if let doubt = doubt(after: run) {
                open[place] = doubt
            } else if settles(run) {
                open[place] = nil
            }
        }
        return found
    }

    // MARK: What a run leaves behind

    private static func doubt(after run: HistoryRun) -> Doubt? {
        switch run.outcome {
        case "lost" where run.doubt == "person": .person(since: run.endedAt)
        case "lost" where run.doubt != nil && run.doubt != "none": .lost(since: run.endedAt, until: run.quietUntil)
        case "in_doubt": .unknown(since: run.endedAt)
        case "dead" where run.code == "in_doubt": .person(since: run.endedAt)
        case _ where run.hasSent && run.answeredAt == nil: .unknown(since: run.endedAt)
        default: nil
        }
    }

    private static func leavesDoubt(_ run: HistoryRun) -> Bool {
        run.outcome == "in_doubt" || run.outcome == "dead" && run.code == "in_doubt"
    }

    /// Being accepted settles it, however that was learned, and so does being refused.
    private static func settles(_ run: HistoryRun) -> Bool {
        run.outcome == "next" || run.outcome == "finish" || run.outcome == "dead" && run.hasSent
    }

    // MARK: What may not follow it

    private static func again(
        _ run: HistoryRun, after doubt: Doubt, _ event: HistoryEvent, _ unrepeatable: Set<String>,
        _ tolerance: HistoryTolerance
    ) -> Violation? {
        func personActed(since moment: Timestamp) -> Bool { contains(event.acts, since: moment, run, tolerance) }
        switch doubt {
        case .person(let since):
            guard !personActed(since: since) else { return nil }
            return violation(
                "sent_without_person", event, run, "it was for a person to say what became of the send before")
        case .lost(let since, let until):
            // What is due is claimed by the clock that set it: not an instant may be missing.
            if let until, let began = run.startedAt, began < until,
                !event.acts.contains(where: { $0 <= began })
            {
                return violation(
                    "sent_too_early", event, run, "the request of the worker that died may have been under way still")
            }
            return personActed(since: since) ? nil : blindly(run, event, unrepeatable)
        case .unknown(let since):
            return personActed(since: since) ? nil : blindly(run, event, unrepeatable)
        }
    }

    /// Whether one of these acts of people came after `moment` and before a run began.
    private static func contains(
        _ acts: [Timestamp], since moment: Timestamp, _ run: HistoryRun, _ tolerance: HistoryTolerance
    ) -> Bool {
        guard let began = run.startedAt else { return true }
        // An act is stamped when its transaction begins, and may have to wait for what it acts on.
        return acts.contains {
            $0.advanced(by: tolerance.commit) >= moment && $0 <= began.advanced(by: tolerance.clocks)
        }
    }

    /// Only where the same bytes may go again are they sent again without a person.
    private static func blindly(
        _ run: HistoryRun, _ event: HistoryEvent, _ unrepeatable: Set<String>
    ) -> Violation? {
        if let destination = receipt(of: run, event)?.destination, unrepeatable.contains(destination) {
            return violation(
                "sent_blindly", event, run,
                "it sent again after an unknown outcome, and \(destination) does not know the same receipt again")
        }
        guard let declared = run.doubt, declared != "resend" else { return nil }
        return violation(
            "sent_blindly", event, run, "it sent again after an unknown outcome, and its step declares “\(declared)”")
    }

    /// The edition before that of a run of which nobody knows whether it is at the provider, nor has said that it is not.
    private static func anew(
        _ run: HistoryRun, _ open: [Place: Doubt], _ event: HistoryEvent, _ tolerance: HistoryTolerance
    ) -> Int? {
        let doubtful = open.filter { place, doubt in
            place.part == run.part && place.edition < run.edition
                && !contains(event.absences, since: doubt.since, run, tolerance)
        }
        return doubtful.keys.map(\.edition).max().flatMap { edition in
            event.receipts.contains { $0.part == run.part && $0.edition == edition && $0.state == .refused }
                ? nil : edition
        }
    }

    private static func violation(
        _ code: String, _ event: HistoryEvent, _ run: HistoryRun, _ detail: String
    ) -> Violation {
        Violation(
            .inDoubt, code, event: event.id, receipt: receipt(of: run, event)?.externalID, run: run, detail)
    }

    private static func receipt(of run: HistoryRun, _ event: HistoryEvent) -> HistoryReceipt? {
        event.receipts.first { $0.part == run.part && $0.edition == run.edition }
    }
}
