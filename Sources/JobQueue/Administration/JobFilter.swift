import Postgres

/// Which jobs a listing shows or an act concerns; what is `nil` does not matter.
package struct JobFilter: Hashable, Sendable {
    package var states: [JobState]?
    package var shop: String?
    package var kind: String?
    package var lane: String?
    package var queue: String?
    package var step: String?
    package var reasonCode: String?
    package var eventKey: String?
    package var eventID: Int64?
    /// Only jobs with greater ids: for paging.
    package var after: JobID?

    package init() {}

    /// Whether it lets everything pass.
    package var isEmpty: Bool { self == JobFilter() }

    /// A condition over `fiscal.job_listing`, and its parameters from `$1` on.
    ///
    /// Only what is asked for stands in it, and states stand as literals: an index over the jobs of one state is of use
    /// only to a statement that names that state.
    var condition: (sql: String, parameters: [Parameter]) {
        var terms: [String] = []
        var parameters: [Parameter] = []
        if let states {
            let names = states.map { "'\($0.rawValue)'" }
            terms.append(
                names.isEmpty
                    ? "false" : names.count == 1 ? "state = \(names[0])" : "state IN (\(names.joined(separator: ", ")))"
            )
        }
        func require(_ column: String, _ relation: String, _ value: Parameter?) {
            guard let value else { return }
            parameters.append(value)
            terms.append("\(column) \(relation) $\(parameters.count)")
        }
        require("shop", "=", shop.map { .text($0) })
        require("kind", "=", kind.map { .text($0) })
        require("lane", "=", lane.map { .text($0) })
        require("queue", "=", queue.map { .text($0) })
        require("step", "=", step.map { .text($0) })
        require("reason_code", "=", reasonCode.map { .text($0) })
        require("event_key", "=", eventKey.map { .text($0) })
        require("event_id", "=", eventID.map { .int($0) })
        require("id", ">", after.map { .int($0.rawValue) })
        return (terms.isEmpty ? "true" : terms.joined(separator: " AND "), parameters)
    }
}
