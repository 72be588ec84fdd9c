/// Where a job stands, as people see it: `fiscal.job_state`.
package enum JobState: String, Hashable, Sendable, CaseIterable {
    case ready
    case later
    case running
    case inDoubt = "in_doubt"
    /// Another job of its lane comes first; *held* if that one is dead.
    case waiting
    case dead
}
