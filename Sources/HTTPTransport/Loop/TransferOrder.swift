import Synchronization

/// How a transfer ended.
typealias TransferOutcome = Result<HTTPResponse, TransferError>

/// Names a transfer from its call to its end, and carries the wish to cancel it.
///
/// The mark may be set before the transfer's order arrives; the command that follows it may come after its end.
final class TransferTicket: Sendable {
    private let cancelled = Atomic<Bool>(false)

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func cancel() {
        cancelled.store(true, ordering: .releasing)
    }
}

/// A request on its way to the loop.
struct TransferOrder: Sendable {
    let ticket: TransferTicket
    let request: HTTPRequest
    let target: RequestTarget
    /// On this process's clock; the wait for a connection counts.
    let deadline: ContinuousClock.Instant
    let continuation: CheckedContinuation<TransferOutcome, Never>
}
