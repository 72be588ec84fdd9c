import Synchronization

/// The figures of one transport, written by its loop and read anywhere.
final class TransferCounters: Sendable {
    private let statistics = Mutex(HTTPTransportStatistics())

    var snapshot: HTTPTransportStatistics { statistics.withLock { $0 } }

    func update(_ change: (inout HTTPTransportStatistics) -> Void) {
        statistics.withLock { change(&$0) }
    }
}
