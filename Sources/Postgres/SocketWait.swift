import Glibc

/// Blocks the calling thread until a socket is ready, somebody signals, or time is up.
enum SocketWait {
    /// Readable or writable.
    static let both = Int16(POLLIN | POLLOUT)

    enum Outcome {
        case ready
        case timedOut
        case aborted
    }

    /// Waits for `events` on `socket`; a signal of `event` comes first and stays signalled.
    static func wait(
        on socket: Int32, for events: Int16, or event: EventDescriptor, until deadline: ContinuousClock.Instant?
    ) -> Outcome {
        var descriptors = [
            pollfd(fd: socket, events: events, revents: 0),
            pollfd(fd: event.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            var timeout: Int32 = -1
            if let deadline {
                timeout = (deadline - ContinuousClock.now).wholeMilliseconds()
                if timeout == 0 { return .timedOut }
            }
            let count = poll(&descriptors, 2, timeout)
            if count < 0 && errno != EINTR { return .ready }  // libpq finds out what is wrong with its socket
            if count > 0 { return descriptors[1].revents != 0 ? .aborted : .ready }
        }
    }
}
