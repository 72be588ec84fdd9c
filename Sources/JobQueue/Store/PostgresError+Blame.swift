import Postgres

extension PostgresError {
    /// Whether what was to be written is at fault, so that trying the same again would fail the same way.
    ///
    /// By the family of the SQLSTATE: values and constraints (21, 22, 23, 44), SQL that does not fit the schema (42),
    /// errors raised by code (P0). Everything else is the server's state or a rival's doing and passes.
    var blamesTheReport: Bool {
        switch kind {
        case .server(let state): ["21", "22", "23", "42", "44", "P0", "0A"].contains(String(state.family))
        case .decoding, .misuse, .abandoned: true
        default: false
        }
    }

    /// Whether a statement by itself may have been committed all the same: its answer was lost, or could not be read.
    var leavesOutcomeOpen: Bool {
        switch kind {
        case .outcomeUnknown, .decoding: true
        default: false
        }
    }
}

extension Report {
    /// Runs that may find a rival's row in the place of theirs before it counts as a fault.
    private static let rivalries = 5

    /// Whether a rival wrote first what this run was to write. Nothing was done outside, so another run, which sees the
    /// rival's row, can decide anew.
    private func lost(to error: PostgresError) -> Bool {
        error.sqlState == .uniqueViolation && outcome.exchange == nil && run.attempt < Self.rivalries
    }

    /// What becomes of this report when it cannot be recorded: a dead letter, or another run if a rival was faster.
    func broken(by error: PostgresError) -> Report {
        let runsAgain = lost(to: error)
        let failure = JobFailure(
            code: "effect_failed",
            message: "What this step decided could not be written to the database (\(error)). Nothing of it was.")
        var disposition = disposition
        // What was sent stays sent, though the database has not heard of it: a doubt, which no replay may forget.
        let isDoubt = !runsAgain && disposition.mayReachOutside && outcome.exchange?.sentAt != nil
        disposition.verdict = runsAgain ? "later" : isDoubt ? "in_doubt" : "dead"
        disposition.place = runsAgain ? .later : .dead
        disposition.outcome = nil
        disposition.delay = .zero
        disposition.burnsAttempt = runsAgain
        disposition.step = nil
        disposition.queue = nil
        disposition.part = nil
        disposition.checkpoint = nil
        disposition.hold = nil
        disposition.failure = failure
        disposition.recordsHistory = true
        let exchange = outcome.exchange.map {
            ExchangeRecord(
                sentAt: $0.sentAt, answeredAt: $0.answeredAt, code: $0.code, digest: $0.digest,
                evidence: isDoubt ? $0.evidence : nil)
        }
        let verdict: Verdict = runsAgain ? .later(failure, after: .zero) : .dead(failure)
        return Report(run: run, outcome: Outcome(verdict, exchange: exchange), disposition: disposition)
    }
}
