import JobQueue
import Postgres

extension Doctor {
    /// What waits for the portals. That something waits is no fault; that it waits for long is an alarm of its own.
    func writebacks() async throws(PostgresError) -> [DoctorFinding] {
        try await WritebackWatch.backlogs(pool).map { backlog in
            DoctorFinding(
                "results for \(backlog.destination)", .fine,
                "\(backlog.orders) orders wait to be shown theirs, the eldest for \(backlog.waited.settingText)")
        }
    }
}
