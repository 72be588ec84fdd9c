package import Postgres
import Synchronization

/// Plans that the server told, in their order.
package final class StatementPlans: Sendable {
    private let list = Mutex<[String]>([])

    package init() {}

    /// Each with the text of its statement, as `auto_explain` writes it.
    package var entries: [String] { list.withLock { $0 } }

    func add(_ plan: String) { list.withLock { $0.append(plan) } }

    /// The first plan of a statement in which `part` stands; empty if nothing of the kind ran.
    package func first(_ part: String) -> String { entries.first { $0.contains(part) } ?? "" }
}

/// A pool of one connection that tells the plans of its statements, those inside functions too: what is said through
/// it is explained word for word.
package struct ExplainedPool: Sendable {
    package let pool: PostgresPool
    package let plans = StatementPlans()

    /// Plans are those that a session keeps for statements that it has met several times.
    package init() throws {
        var configuration = try Self.configuration(telling: plans, ["plan_cache_mode=force_generic_plan"])
        configuration.poolSize = 1
        pool = PostgresPool(configuration)
    }

    /// How a connection to the test's database tells its plans, with other settings of its session.
    package static func configuration(
        telling plans: StatementPlans, _ more: [String] = []
    ) throws -> PostgresConfiguration {
        let settings = [
            "session_preload_libraries=auto_explain", "auto_explain.log_min_duration=0",
            "auto_explain.log_nested_statements=on", "auto_explain.log_level=notice",
        ]
        let options = (settings + more).map { "-c%20" + $0.replacing("=", with: "%3D") }.joined(separator: "%20")
        var configuration = try PostgresConfiguration(
            url: TestDatabase.current.url + "?options=" + options, applicationName: "test")
        configuration.acquireTimeout = .seconds(120)
        configuration.onNotice = { plans.add($0.message) }
        return configuration
    }

    /// Runs a statement; its first column as texts.
    @discardableResult
    package func run(_ text: String) async throws -> [String] {
        try await pool.query(Statement("explained", text)) { row throws(PostgresError) in
            try row.getOptional(String.self, 0) ?? "NULL"
        }
    }
}
