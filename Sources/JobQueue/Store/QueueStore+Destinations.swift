import Postgres

extension QueueStore {
    /// Tells destinations how their runs went, and closes those that asked for it; always in the order of their names,
    /// so that rivals do not deadlock.
    static func tellDestinations(
        _ reports: [Report], into answer: inout RecordAnswer, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        for (name, news) in DestinationNews.of(reports) {
            for (hold, failure) in news.holds {
                try close(name, hold, failure, into: &answer, transaction)
            }
            let changes = try transaction.query(
                QueueStatements.reportDestinations,
                [
                    .texts([name]), .ints([Int64(news.successes)]), .ints([Int64(news.failures)]),
                    .timestamps([news.claimedAt]),
                ]
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
