/// The number under which a worker process is registered: `fiscal.worker.id`. A process that was called dead
/// registers anew under another.
package struct WorkerID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    package var description: String { String(rawValue) }
}
