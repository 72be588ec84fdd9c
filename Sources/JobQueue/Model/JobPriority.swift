/// How urgent a job is. One claim in eight takes bulk work first, so that it is never starved.
package enum JobPriority: Int, Hashable, Sendable, CaseIterable {
    /// Somebody waits for it.
    case live = 0
    /// An import, a sweep: whenever there is room.
    case bulk = 1
}
