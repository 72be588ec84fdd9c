import Synchronization

/// LISTEN on a connection and a thread of its own, reconnecting for as long as it lives.
///
/// It must reach the server directly: a pooler in transaction mode swallows notifications. That, and every other way
/// in which a LISTEN can be deaf without noticing, is found out by sending itself a notification now and then.
package final class PostgresListener: Sendable {
    /// What the listener is doing, for `doctor` and metrics.
    package enum State: Hashable, Sendable {
        case connecting
        case listening
        /// Connected, but its own notifications do not come back: this address is not a direct one.
        case deaf
        case stopped
    }

    struct Shared {
        var state = State.connecting
        private var subscriptions: [Subscription] = []
        var stopping = false
        var ending: [CheckedContinuation<Void, Never>] = []
        var reconnects = 0

        /// Those whose sequence somebody still holds.
        var mailboxes: [ListenerHints.Mailbox] { subscriptions.compactMap(\.mailbox) }

        mutating func add(_ mailbox: ListenerHints.Mailbox) {
            subscriptions.removeAll { $0.mailbox == nil }
            subscriptions.append(Subscription(mailbox: mailbox))
        }
    }

    struct Subscription {
        weak var mailbox: ListenerHints.Mailbox?
    }

    let configuration: PostgresConfiguration
    let channels: [String]
    let pingInterval: Duration
    let pingTimeout: Duration
    let shared = Mutex(Shared())
    let abort = EventDescriptor()

    /// Starts listening at once.
    ///
    /// - Parameters:
    ///   - configuration: The address of the server itself.
    ///   - channels: What to LISTEN to; quoted, so any text may be a name.
    ///   - pingInterval: After how long a silence the listener notifies itself.
    ///   - pingTimeout: How long that may take to come back.
    package init(
        _ configuration: PostgresConfiguration, channels: [String], pingInterval: Duration = .seconds(15),
        pingTimeout: Duration = .seconds(5)
    ) {
        var configuration = configuration
        configuration.answerTimeout = pingTimeout
        configuration.preparedStatements = .never
        self.configuration = configuration
        self.channels = channels
        self.pingInterval = pingInterval
        self.pingTimeout = pingTimeout
        NamedThread.start("pg-listener") { [self] in run() }
    }

    /// What the listener is doing.
    package var state: State { shared.withLock { $0.state } }

    /// How often a connection ended or could not be made.
    package var reconnects: Int { shared.withLock { $0.reconnects } }

    /// A sequence of hints, starting with one that says `mayHaveMissed` if the listener is listening already, or as
    /// soon as it is.
    package func hints() -> ListenerHints {
        let mailbox = ListenerHints.Mailbox()
        let state = shared.withLock { shared in
            shared.add(mailbox)
            return shared.state
        }
        switch state {
        case .listening: mailbox.put { $0.mayHaveMissed = true }
        case .stopped: mailbox.finish()
        case .connecting, .deaf: break
        }
        return ListenerHints(mailbox: mailbox)
    }

    /// Ends the connection, the thread and every sequence of hints; returns when that is done, which an attempt to
    /// connect under way delays to its end.
    package func stop() async {
        await withCheckedContinuation { continuation in
            let hasEnded = shared.withLock { shared in
                shared.stopping = true
                if shared.state != .stopped { shared.ending.append(continuation) }
                return shared.state == .stopped
            }
            if hasEnded { continuation.resume() } else { abort.signal() }
        }
    }
}
