import CCurl
import Glibc

/// An eventfd(2): wakes a thread that waits in epoll.
final class EventDescriptor: Sendable {
    let descriptor: Int32

    init() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        precondition(descriptor >= 0, "no event descriptor: \(String(cString: strerror(errno)))")
    }

    deinit {
        close(descriptor)
    }

    /// Makes it readable; never blocks, since a full counter is readable already.
    func signal() {
        _ = eventfd_write(descriptor, 1)
    }

    /// Makes it unreadable until the next signal.
    func clear() {
        var count: eventfd_t = 0
        _ = eventfd_read(descriptor, &count)
    }
}
