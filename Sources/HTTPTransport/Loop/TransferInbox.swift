import Synchronization

/// Where every other thread leaves work for the loop.
final class TransferInbox: Sendable {
    /// What the loop is asked to do.
    enum Command: Sendable {
        case start(TransferOrder)
        case cancel(TransferTicket)
        /// Take no more, end when the transfers under way have, or at the instant.
        case shutdown(by: ContinuousClock.Instant?, CheckedContinuation<Void, Never>)
        /// End now.
        case abort
    }

    private struct State: Sendable {
        var commands: [Command] = []
        var isClosed = false
    }

    /// Readable while commands wait.
    let event = EventDescriptor()
    private let state = Mutex(State())

    /// - Returns: False when the loop has ended; the command, with any continuation in it, is left to the caller.
    func submit(_ command: Command) -> Bool {
        let (accepted, wasEmpty) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.commands.append(command)
            return (true, state.commands.count == 1)
        }
        if wasEmpty { event.signal() }
        return accepted
    }

    func drain() -> [Command] {
        state.withLock { exchange(&$0.commands, with: []) }
    }

    /// Refuses commands from now on, and returns those not seen.
    func close() -> [Command] {
        state.withLock { state in
            state.isClosed = true
            return exchange(&state.commands, with: [])
        }
    }
}
