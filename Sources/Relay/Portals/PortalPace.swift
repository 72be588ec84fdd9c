import Bitrix
package import Postgres

/// The pace of one portal's calls, kept in the database for the whole fleet.
///
/// Every call reserves its turn in `fiscal.call_bucket` and waits for it here, so callers of all processes are served
/// in the order in which they asked.
package struct PortalPace: BitrixPace {
    private let pool: PostgresPool
    private let destination: String
    private let perSecond: Double
    private let burst: Int

    /// The pace of the portal at `destination`: calls per second in the long run, and how many may come at once.
    package init(pool: PostgresPool, destination: String, perSecond: Double, burst: Int) {
        self.pool = pool
        self.destination = destination
        self.perSecond = perSecond
        self.burst = burst
    }

    package func turn() async {
        let wait: Duration
        do {
            let milliseconds = try await pool.queryFirst(
                Self.take, [.text(destination), .double(perSecond), .int(burst)]
            ) { row throws(PostgresError) in try row.get(Int64.self, 0) }
            wait = .milliseconds(milliseconds ?? 0)
        } catch {
            // What others send is not known now: slow on our part is all that can be done.
            wait = .seconds(1) / perSecond
        }
        if wait > .zero { try? await Task.sleep(for: wait) }
    }

    package func refused() async {
        // If it cannot be told, the next refusal tells.
        _ = try? await pool.execute(Self.empty, [.text(destination)])
    }

    private static let take = Statement("portal.takeCall", "SELECT fiscal.take_call($1, $2, $3)")

    private static let empty = Statement("portal.emptyBucket", "SELECT fiscal.empty_call_bucket($1)")
}
