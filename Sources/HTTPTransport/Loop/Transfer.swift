/// One request from its order to its outcome. Belongs to the transport's thread.
final class Transfer {
    /// Why the request was stopped at the moment libcurl was about to send it.
    enum Stop {
        case cancelled
        /// The kept-alive connection is no longer usable; nothing was written to it.
        case staleConnection
        /// It was sent once already.
        case repeated
    }

    let ticket: TransferTicket
    let request: HTTPRequest
    let target: RequestTarget
    let deadline: ContinuousClock.Instant
    /// Set while libcurl has it.
    var handle: EasyHandle?
    var collector: ResponseCollector
    /// libcurl was let to send the request: from here on some of it may have arrived.
    private(set) var started = false
    private(set) var stop: Stop?
    /// Given a new connection after a stale one; happens once.
    private(set) var isRelaunched = false
    private var openedSockets: [Int32] = []
    private var continuation: CheckedContinuation<TransferOutcome, Never>?
    /// Outlives its transfers.
    unowned let loop: TransferLoop
    private let counters: TransferCounters

    init(_ order: TransferOrder, maximumHeaderBytes: Int, in loop: TransferLoop) {
        ticket = order.ticket
        request = order.request
        target = order.target
        deadline = order.deadline
        continuation = order.continuation
        collector = ResponseCollector(
            maximumHeaderBytes: maximumHeaderBytes, maximumBodyBytes: order.request.maximumResponseBytes)
        self.loop = loop
        counters = loop.counters
        counters.update { $0.held += 1 }
    }

    deinit {
        precondition(continuation == nil, "a transfer ended without an outcome")
        counters.update { $0.held -= 1 }
    }

    var id: ObjectIdentifier { ObjectIdentifier(ticket) }

    var reach: TransferError.Reach { started ? .unknown : .notSent }

    func opened(_ socket: Int32) {
        openedSockets.append(socket)
        counters.update { $0.connectionsOpened += 1 }
    }

    /// Decides, with the connection made and nothing of the request written, whether libcurl may send it.
    func mayStart(on connection: SocketRegistry.Connection) -> Bool {
        let isNew = handle?.connectionsOpened != 0
        if started {
            stop = .repeated
        } else if ticket.isCancelled {
            stop = .cancelled
        } else if !isNew && loop.sockets.state(of: connection) == .stale {
            stop = .staleConnection
        } else {
            if isNew { loop.sockets.register(connection, among: openedSockets) }
            started = true
            return true
        }
        return false
    }

    /// Forgets a stale connection before another attempt on a new one.
    func relaunch() {
        precondition(!started && !isRelaunched)
        isRelaunched = true
        stop = nil
        openedSockets = []
    }

    /// Hands the outcome to the waiting task.
    func resume(_ outcome: TransferOutcome) {
        let continuation = self.continuation.take()
        precondition(continuation != nil, "a transfer ended twice")
        continuation?.resume(returning: outcome)
    }

    /// The error for an end that libcurl did not bring about.
    func error(_ kind: TransferError.Kind, _ detail: String) -> TransferError {
        TransferError(kind, reach: reach, peer: target.peer, status: collector.status, detail: detail)
    }
}
