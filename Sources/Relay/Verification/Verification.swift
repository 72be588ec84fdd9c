package import Postgres

/// Reads a history and holds it against the promises: what `fiscal-relay verify` does.
package enum Verification {
    /// Violations kept for the report; beyond it they are counted.
    package static let keptViolations = 1000

    /// What was looked at and what was found.
    package struct Report: Encodable, Sendable {
        package var events = 0
        package var receipts = 0
        package var runs = 0
        /// Tasks in the provider's ledger; nil: there was none to look at.
        package var documents: Int?
        /// All of them, though not all are kept.
        package var violationCount = 0
        package var violations: [Violation] = []

        enum CodingKeys: String, CodingKey {
            case events, receipts, runs, documents, violations
            case violationCount = "violation_count"
        }

        fileprivate mutating func add(_ found: [Violation]) {
            violationCount += found.count
            violations += found.prefix(max(0, keptViolations - violations.count))
        }
    }

    /// Judges the whole database, in memory that does not grow with it (the ledger apart).
    ///
    /// - Parameters:
    ///   - pool: Any role that may read the schema `fiscal` will do; one connection is used.
    ///   - ledger: What the provider says, read before; nil: it cannot be asked.
    ///   - isSettled: Whether whatever has not ended by now counts as a violation.
    ///   - unrepeatable: Destinations that are not to be sent the same again by themselves, as they are configured now.
    ///   - progress: Told how many events have been looked at, and how many there were at the start.
    /// - Returns: What was looked at, with every violation or the first thousand of them.
    /// - Throws: ``PostgresError``.
    package static func run(
        _ pool: PostgresPool, ledger: ProviderLedger?, isSettled: Bool, unrepeatable: Set<String> = [],
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws(PostgresError) -> Report {
        var report = Report()
        report.documents = ledger?.documentCount
        var reader = HistoryReader(pool)
        var checker = HistoryChecker(ledger: ledger, isSettled: isSettled, unrepeatable: unrepeatable)
        let total = try await reader.total()
        while true {
            let page = try await reader.page()
            guard !page.isEmpty else { break }
            for event in page {
                report.events += 1
                report.receipts += event.receipts.count
                report.runs += event.runs.count
                report.add(checker.check(event))
            }
            progress(report.events, total)
        }
        report.add(checker.finish(try await reader.remainder(documents: ledger != nil && isSettled)))
        return report
    }
}
