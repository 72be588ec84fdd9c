import JobQueue
import Postgres
import Relay
import Sandbox
import Testing

extension ChaosWorld {
    private static let doubts = Statement(
        "chaos.doubts",
        """
        SELECT j.id, r.external_id FROM fiscal.job j
        JOIN fiscal.receipt r ON r.event_id = j.event_id AND r.part = j.part AND r.edition = j.edition
        WHERE j.state = 'dead' AND j.reason_code = 'in_doubt' AND j.shop = $1
        ORDER BY j.id
        """)

    /// What a person does of receipts in doubt: looks into the account, and says what is there.
    ///
    /// - Returns: How many there were; to be asked when nobody can still be sending.
    func settleDoubts() async throws -> Int {
        let doubts = try await owner.query(Self.doubts, [.text(Self.unrepeatable)]) { row throws(PostgresError) in
            (job: try row.get(Int64.self, "id"), key: try row.get(String.self, "external_id"))
        }
        let administration = ReceiptAdministration(pool: owner)
        for doubt in doubts {
            let known = sandbox.receipts(LedgerFilter(account: Self.unrepeatable, externalID: doubt.key)).first
            story.tell("in doubt: \(doubt.key) of job \(doubt.job) is \(known.map { "there as \($0.id)" } ?? "absent")")
            let answer = try await administration.resolve(
                JobID(doubt.job), known.map { .accepted(providerID: $0.id) } ?? .absent, who: "chaos",
                why: "the account was looked into")
            try #require(answer == .done)
        }
        return doubts.count
    }
}
