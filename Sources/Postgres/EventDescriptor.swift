import CPostgres
import Glibc

/// An eventfd(2): one thread waits on it, any thread signals it.
final class EventDescriptor: Sendable {
    let descriptor: Int32

    init() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC))
        precondition(descriptor >= 0, "no eventfd: the process has no file descriptor left (errno \(errno))")
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Wakes the waiting thread, or lets its next ``wait()`` return at once.
    func signal() {
        var one: UInt64 = 1
        while Glibc.write(descriptor, &one, 8) < 0 && errno == EINTR {}
    }

    /// Blocks this thread until a signal; several signals count as one.
    func wait() {
        var count: UInt64 = 0
        while Glibc.read(descriptor, &count, 8) < 0 && errno == EINTR {}
    }
}
