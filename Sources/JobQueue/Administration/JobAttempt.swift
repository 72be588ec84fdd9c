package import Postgres

/// A closed run of a job: a row of `fiscal.attempt`.
package struct JobAttempt: Hashable, Sendable {
    package let runNumber: Int64
    package let step: String
    package let part: Int
    package let edition: Int
    package let worker: Int64?
    package let startedAt: Timestamp?
    package let sentAt: Timestamp?
    package let answeredAt: Timestamp?
    package let endedAt: Timestamp
    /// finish, next, later, throttled, unauthorised, in_doubt, dead, lost or fenced.
    package let outcome: String
    package let code: String?
    package let message: String?
    /// Snoozes of the step that left no row of their own.
    package let polls: Int
}

extension JobAttempt {
    init(_ row: borrowing Row) throws(PostgresError) {
        runNumber = try row.get(0)
        step = try row.get(1)
        part = try row.get(2)
        edition = try row.get(3)
        worker = try row.get(4)
        startedAt = try row.get(5)
        sentAt = try row.get(6)
        answeredAt = try row.get(7)
        endedAt = try row.get(8)
        outcome = try row.get(9)
        code = try row.get(10)
        message = try row.get(11)
        polls = try row.get(12)
    }
}
