import CCurl
import Glibc

/// The sockets libcurl wants watched, and the inbox's event, in one epoll(7) instance.
///
/// `curl_multi_poll` would hand the kernel every socket on every turn; with thousands of transfers most of the
/// thread's time would go there.
final class EventPoller {
    /// What one wait found.
    enum Event {
        case inbox
        /// A socket, with `CURL_CSELECT_…` bits.
        case socket(curl_socket_t, Int32)
    }

    private struct Interest {
        var events: UInt32
        /// Tells a socket from an earlier one of the same number.
        var generation: UInt32
    }

    private let poller: Int32
    private let inbox: EventDescriptor
    private var interests: [curl_socket_t: Interest] = [:]
    private var generation: UInt32 = 0
    private let found: UnsafeMutableBufferPointer<epoll_event>

    private static let readable = EPOLLIN.rawValue
    private static let writable = EPOLLOUT.rawValue
    private static let broken = EPOLLERR.rawValue | EPOLLHUP.rawValue

    init(inbox: EventDescriptor) {
        self.inbox = inbox
        poller = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(poller >= 0, "no epoll descriptor: \(String(cString: strerror(errno)))")
        found = .allocate(capacity: 512)
        let added = ccurl_epoll_control(poller, EPOLL_CTL_ADD, inbox.descriptor, Self.readable, .max)
        precondition(added == 0, "the inbox cannot be watched")
    }

    deinit {
        found.deallocate()
        close(poller)
    }

    /// Watches the socket for `what`, a `CURL_POLL_…` value, from now on.
    func watch(_ socket: curl_socket_t, _ what: Int32) {
        guard what != CURL_POLL_REMOVE else {
            if interests.removeValue(forKey: socket) != nil {
                _ = ccurl_epoll_control(poller, EPOLL_CTL_DEL, socket, 0, 0)
            }
            return
        }
        var events: UInt32 = 0
        if what & CURL_POLL_IN != 0 { events |= Self.readable }
        if what & CURL_POLL_OUT != 0 { events |= Self.writable }
        if interests[socket] == nil { generation &+= 1 }
        let interest = Interest(events: events, generation: interests[socket]?.generation ?? generation)
        interests[socket] = interest
        let tag = Self.tag(socket, interest)
        // A number may have been closed and taken again unseen, so the kernel says whether it knows it.
        if ccurl_epoll_control(poller, EPOLL_CTL_MOD, socket, events, tag) != 0 {
            _ = ccurl_epoll_control(poller, EPOLL_CTL_ADD, socket, events, tag)
        }
    }

    /// Waits for events, at most `timeout`, and calls `body` with each that is still wanted when its turn comes.
    func wait(atMost timeout: Duration?, _ body: (Event) -> Void) {
        let milliseconds = timeout.map { Int32($0.wholeMilliseconds) } ?? -1
        let count = epoll_wait(poller, found.baseAddress, Int32(found.count), milliseconds)
        guard count > 0 else { return }  // nothing, or a signal
        for index in 0..<Int(count) {
            let tag = withUnsafePointer(to: found[index]) { ccurl_epoll_tag($0) }
            let events = withUnsafePointer(to: found[index]) { ccurl_epoll_events($0) }
            if tag == .max {
                inbox.clear()
                body(.inbox)
                continue
            }
            let socket = curl_socket_t(truncatingIfNeeded: tag)
            guard let interest = interests[socket], Self.tag(socket, interest) == tag else { continue }
            body(.socket(socket, Self.selection(events, of: interest)))
        }
    }

    /// An error shows as what was waited for, so that libcurl reads or writes and meets it itself.
    private static func selection(_ events: UInt32, of interest: Interest) -> Int32 {
        let effective = events & broken == 0 ? events : events | interest.events
        var bits: Int32 = 0
        if effective & readable != 0 { bits |= CURL_CSELECT_IN }
        if effective & writable != 0 { bits |= CURL_CSELECT_OUT }
        return bits
    }

    private static func tag(_ socket: curl_socket_t, _ interest: Interest) -> UInt64 {
        UInt64(interest.generation) << 32 | UInt64(UInt32(bitPattern: socket))
    }
}
