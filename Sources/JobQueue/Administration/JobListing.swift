package import Postgres

/// A job as a listing shows it.
package struct JobListing: Hashable, Sendable {
    package let id: JobID
    package let shop: String
    package let kind: String
    package let eventID: Int64?
    package let eventKey: String
    package let lane: String
    package let queue: String
    package let state: JobState
    package let step: String
    package let part: Int
    package let edition: Int
    package let attempt: Int
    package let runNumber: Int64
    /// Since when it is ready, or when it comes due.
    package let runAt: Timestamp
    package let deadline: Timestamp?
    package let spawned: Bool
    /// Short and stable; `held` for a job that waits behind a dead one.
    package let reasonCode: String?
    /// In plain words; of a held job it names the one that holds it.
    package let reason: String?
}

extension JobListing {
    static let columns = """
        id, shop, kind, event_id, event_key, lane, queue, state::text, step, part, edition, attempt, run_no, run_at,
        deadline, spawned, reason_code, reason
        """

    init(_ row: borrowing Row) throws(PostgresError) {
        id = JobID(try row.get(Int64.self, 0))
        shop = try row.get(1)
        kind = try row.get(2)
        eventID = try row.get(3)
        eventKey = try row.get(4)
        lane = try row.get(5)
        queue = try row.get(6)
        let name = try row.get(String.self, 7)
        guard let known = JobState(rawValue: name) else { throw .abandoned("a job has an unknown state") }
        state = known
        step = try row.get(8)
        part = try row.get(9)
        edition = try row.get(10)
        attempt = try row.get(11)
        runNumber = try row.get(12)
        runAt = try row.get(13)
        deadline = try row.get(14)
        spawned = try row.get(15)
        reasonCode = try row.get(16)
        reason = try row.get(17)
    }
}
