/// The number of a job: `fiscal.job.id`.
///
/// The job that the trigger makes of an event has the event's own number; a spawned job draws its number from the
/// same sequence. So order by id is order of events, and an id is never used twice.
package struct JobID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (left: JobID, right: JobID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}
