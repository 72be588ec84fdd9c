/// Counters of a worker since its start, for metrics and tests.
package struct WorkerStatistics: Hashable, Sendable {
    /// Runs claimed.
    package internal(set) var claimed = 0
    /// Outcomes recorded.
    package internal(set) var recorded = 0
    /// Outcomes that came too late and changed nothing.
    package internal(set) var fenced = 0
    /// Outcomes that could not be written: dead letters, and runs that lost to a rival.
    package internal(set) var broken = 0
    /// Runs that passed their hard limit.
    package internal(set) var overdue = 0
    /// Jobs taken from dead workers.
    package internal(set) var rescued = 0
    /// Visits to the database that failed.
    package internal(set) var failures = 0
    /// How often this process was called dead and registered anew.
    package internal(set) var deaths = 0

    package init() {}
}
