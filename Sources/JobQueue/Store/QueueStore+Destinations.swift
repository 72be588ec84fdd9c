import Postgres

extension QueueStore {
    /// What a turn's reports mean for one destination.
    private struct News {
        var successes = 0
        var failures = 0
        /// When the jobs of failed calls were claimed that carried many jobs: those of one call count as one failure.
        var failedCalls: Set<Timestamp> = []
        var holds: [(hold: Disposition.Hold, failure: JobFailure)] = []
    }

    /// Tells destinations how their runs went, and closes those that asked for it; always in the order of their names,
    /// so that rivals do not deadlock.
    static func tellDestinations(
        _ reports: [Report], into answer: inout RecordAnswer, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        var news: [String: News] = [:]
        for report in reports where report.run.queue != QueueName.local {
            // What never reached the destination says nothing about it.
            let wasAnswered = report.outcome.exchange?.answeredAt != nil
            switch report.outcome.verdict {
            case .next, .snooze, .finish: news[report.run.queue, default: News()].successes += 1
            case .dead: news[report.run.queue, default: News()].successes += wasAnswered ? 1 : 0
            case .later(let failure, _), .inDoubt(let failure, _):
                if failure.blamesDestination, report.disposition.isBatched {
                    let isNew = news[report.run.queue, default: News()].failedCalls.insert(report.run.claimedAt)
                        .inserted
                    news[report.run.queue, default: News()].failures += isNew ? 1 : 0
                } else if failure.blamesDestination {
                    news[report.run.queue, default: News()].failures += 1
                } else {
                    news[report.run.queue, default: News()].successes += wasAnswered ? 1 : 0
                }
            case .throttled, .unauthorised: news[report.run.queue, default: News()].successes += 1
            case .handBack: break
            }
            if let hold = report.disposition.hold, let failure = report.disposition.failure {
                news[report.run.queue, default: News()].holds.append((hold, failure))
            }
        }
        for (name, news) in news.sorted(by: { $0.key < $1.key }) {
            for (hold, failure) in news.holds {
                try close(name, hold, failure, into: &answer, transaction)
            }
            let changes = try transaction.query(
                QueueStatements.reportDestinations,
                [.texts([name]), .ints([Int64(news.successes)]), .ints([Int64(news.failures)])]
            ) { row throws(PostgresError) in (try row.get(String.self, 0), try row.get(Bool.self, 1)) }
            answer.breakers += changes.map { (destination: $0.0, isBroken: $0.1) }
        }
    }

    private static func close(
        _ name: String, _ hold: Disposition.Hold, _ failure: JobFailure, into answer: inout RecordAnswer,
        _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        var milliseconds: Int64?
        if case .briefly(let wait) = hold { milliseconds = wait.milliseconds }
        let (code, message) = (failure.code.withoutNUL, failure.message.withoutNUL)
        try transaction.execute(
            QueueStatements.holdDestination, [.text(name), .int(milliseconds), .text(code), .text(message)])
        guard hold == .untilResumed else { return }
        let key = "unauthorised:" + name
        let isNew = try transaction.query(
            QueueStatements.raiseAlarm,
            [.text(key), .text("critical"), .text("\(name) refuses our credentials: \(message)")]
        ) { row throws(PostgresError) in try row.get(Bool.self, 0) }
        if isNew.first == true { answer.alarms.append(key) }
    }
}
