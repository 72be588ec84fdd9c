import CPostgres
import Glibc
import Synchronization

extension PostgresListener {
    /// The thread's body: one connection after the other until ``stop()``.
    func run() {
        var failures = 0
        while !shared.withLock({ $0.stopping }) {
            do throws(PostgresError) {
                let session = try Session.open(configuration, abort: abort)
                try listen(on: session) { failures = 0 }
            } catch {
                failures += 1
            }
            shared.withLock { shared in
                if shared.state == .listening { shared.state = .connecting }
                shared.reconnects += 1
            }
            let delay = configuration.reconnect.delay(afterFailures: failures)
            _ = SocketWait.wait(on: -1, for: 0, or: abort, until: .now + delay)
        }
        let (mailboxes, ending) = shared.withLock { shared in
            shared.state = .stopped
            return (shared.mailboxes, shared.ending)
        }
        for mailbox in mailboxes { mailbox.finish() }
        for continuation in ending { continuation.resume() }
    }

    /// Listens on one connection until it ends or ``stop()``; `proven` is called when the first notification to
    /// itself has come back.
    private func listen(on session: Session, proven: () -> Void) throws(PostgresError) {
        let own = "listener_\(UInt64.random(in: 0 ... .max))"
        let listens = (channels + [own]).map { "LISTEN \(Self.quoted($0))" }
        _ = try session.run(sql: listens.joined(separator: "; "), as: "listen")
        let isDirect = session.isDirect()
        var sequence = 0
        var isProven = false
        var pinged: ContinuousClock.Instant? = try ping(own, &sequence, from: isDirect ? session : nil)
        var nextPing = ContinuousClock.now + pingInterval
        while !shared.withLock({ $0.stopping }), !session.isBroken {
            for notification in notifications(of: session) {
                nextPing = ContinuousClock.now + pingInterval
                guard notification.channel == own else {
                    tell { $0.add(notification) }
                    continue
                }
                guard notification.payload == "\(sequence)" else { continue }
                pinged = nil
                guard !isProven else { continue }
                isProven = true
                proven()
                shared.withLock { $0.state = .listening }
                tell { $0.mayHaveMissed = true }
            }
            if let pinged, ContinuousClock.now >= pinged + pingTimeout {
                shared.withLock { $0.state = .deaf }
                throw PostgresError(.connectionLost, in: "listen", note: "notifications do not come back")
            }
            if pinged == nil, ContinuousClock.now >= nextPing {
                pinged = try ping(own, &sequence, from: isDirect ? session : nil)
            }
            try waitForMore(session, until: pinged.map { $0 + pingTimeout } ?? nextPing)
        }
    }

    private func waitForMore(_ session: Session, until deadline: ContinuousClock.Instant) throws(PostgresError) {
        let socket = PQsocket(session.connection)
        guard case .ready = SocketWait.wait(on: socket, for: Int16(POLLIN), or: abort, until: deadline) else { return }
        guard PQconsumeInput(session.connection) == 1, PQstatus(session.connection) == CONNECTION_OK else {
            throw session.lost("listen", as: .connectionLost)
        }
    }

    /// Sends the listener a notification.
    ///
    /// - Parameters:
    ///   - channel: The listener's own.
    ///   - sequence: Counted up; the payload, so that a late answer to an earlier one is not taken for this one's.
    ///   - session: Sends it; `nil`: a connection made for it. A pooler in transaction mode hands a session what it
    ///     sends itself, and nothing of others, so only another one can tell.
    /// - Returns: When it was sent.
    /// - Throws: ``PostgresError`` if it could not be sent.
    private func ping(
        _ channel: String, _ sequence: inout Int, from session: Session?
    ) throws(PostgresError) -> ContinuousClock.Instant {
        sequence += 1
        let sender: Session
        if let session {
            sender = session
        } else {
            sender = try Session.open(configuration, abort: abort)
        }
        _ = try sender.run(sql: "NOTIFY \(Self.quoted(channel)), '\(sequence)'", as: "listener_ping")
        return .now
    }

    private func notifications(of session: Session) -> [PostgresNotification] {
        var notifications: [PostgresNotification] = []
        while let pointer = PQnotifies(session.connection) {
            notifications.append(
                PostgresNotification(
                    channel: String(cString: pointer.pointee.relname), payload: String(cString: pointer.pointee.extra)))
            PQfreemem(pointer)
        }
        return notifications
    }

    private func tell(_ change: (inout ListenerHint) -> Void) {
        for mailbox in shared.withLock({ $0.mailboxes }) { mailbox.put(change) }
    }

    private static func quoted(_ identifier: String) -> String {
        var text = "\""
        for character in identifier {
            if character == "\"" { text.append("\"") }
            text.append(character)
        }
        return text + "\""
    }
}
