import Glibc
import Synchronization
import Testing

@testable import Postgres

/// A TCP proxy on loopback whose connections can be cut, or left half open.
///
/// One thread and one poll(2) for all its sockets; whatever it is told it does at its next wake-up.
final class ChaosProxy: Sendable {
    private enum Order: Sendable {
        case cut(CheckedContinuation<Int, Never>)
        case freeze(CheckedContinuation<Int, Never>)
        case thaw, stop

        /// Whoever waits for an answer gets this one.
        func answer(_ number: Int) {
            switch self {
            case .cut(let asker), .freeze(let asker): asker.resume(returning: number)
            case .thaw, .stop: break
            }
        }
    }

    private struct Orders {
        var waiting: [Order] = []
        /// Nobody is there any more to carry orders out.
        var isOver = false
    }

    private struct Link {
        let near: Int32
        let far: Int32
        /// Bytes on their way to the far and the near end.
        var outbound: [UInt8] = []
        var inbound: [UInt8] = []
    }

    struct CannotListen: Error {}

    let port: Int
    private let target: Int
    private let listener: Int32
    /// A pipe: whoever gives an order writes a byte into it.
    private let bell: (ear: Int32, clapper: Int32)
    private let orders = Mutex(Orders())

    /// Listens on a free port and connects each caller to `target` on this machine.
    init(target: Int) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw CannotListen() }
        var address = Self.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 128) == 0
                    ? getsockname(listener, generic, &length) : -1
            }
        }
        guard status == 0 else { throw CannotListen() }
        self.listener = listener
        self.target = target
        port = Int(UInt16(bigEndian: address.sin_port))
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw CannotListen() }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        bell = (ends[0], ends[1])
        NamedThread.start("chaos-proxy") { [self] in run() }
    }

    /// The bell lives as long as somebody may ring it.
    deinit {
        close(bell.ear)
        close(bell.clapper)
    }

    /// Resets every connection; returns how many there were.
    func cut() async -> Int { await withCheckedContinuation { order(.cut($0)) } }

    /// Lets nothing through any more; connections stay, and new ones are taken and left alone. Returns on how many
    /// something is held back, if it was so already.
    func freeze() async -> Int { await withCheckedContinuation { order(.freeze($0)) } }

    /// Lets everything through again.
    func thaw() { order(.thaw) }

    func stop() { order(.stop) }

    private func order(_ order: Order) {
        let isOver = orders.withLock { orders in
            if !orders.isOver { orders.waiting.append(order) }
            return orders.isOver
        }
        guard !isOver else { return order.answer(0) }
        var byte: UInt8 = 1
        write(bell.clapper, &byte, 1)
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        return address
    }

    private func run() {
        var links: [Link] = []
        var isFrozen = false
        while true {
            var watched = [
                pollfd(fd: bell.ear, events: Int16(POLLIN), revents: 0),
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            ]
            if !isFrozen {
                for link in links {
                    watched.append(Self.watch(link.near, reads: link.outbound.isEmpty, writes: !link.inbound.isEmpty))
                    watched.append(Self.watch(link.far, reads: link.inbound.isEmpty, writes: !link.outbound.isEmpty))
                }
            }
            poll(&watched, nfds_t(watched.count), -1)
            var heard = [UInt8](repeating: 0, count: 64)
            while read(bell.ear, &heard, heard.count) > 0 {}
            for order in takeOrders() {
                switch order {
                case .cut:
                    for link in links { Self.reset(link) }
                    order.answer(links.count)
                    links = []
                    watched.removeLast(max(0, watched.count - 2))
                case .freeze:
                    // What comes as it freezes may only be on its way.
                    order.answer(isFrozen ? links.count(where: Self.hasSomethingToSay) : 0)
                    isFrozen = true
                case .thaw: isFrozen = false
                case .stop: return end(links)
                }
            }
            if watched.count > 2 {
                var left: [Link] = []
                for (index, link) in links.enumerated() {
                    var link = link
                    let (near, far) = (watched[2 + index * 2].revents, watched[3 + index * 2].revents)
                    let isAlive =
                        Self.pump(near, from: link.near, into: &link.outbound, to: link.far)
                        && Self.pump(far, from: link.far, into: &link.inbound, to: link.near)
                    if isAlive { left.append(link) } else { Self.reset(link) }
                }
                links = left
            }
            if watched[1].revents & Int16(POLLIN) != 0, let link = admit() { links.append(link) }
        }
    }

    /// The orders up to the one to stop, after which nobody waits for an answer.
    private func takeOrders() -> [Order] {
        let (taken, left) = orders.withLock { orders -> ([Order], [Order]) in
            defer { orders.waiting = [] }
            let stop = orders.waiting.firstIndex { if case .stop = $0 { true } else { false } }
            guard let stop else { return (orders.waiting, []) }
            orders.isOver = true
            return (Array(orders.waiting[...stop]), Array(orders.waiting[(stop + 1)...]))
        }
        for order in left { order.answer(0) }
        return taken
    }

    private func end(_ links: [Link]) {
        for link in links { Self.reset(link) }
        close(listener)
    }

    /// Whether bytes, or the end, of one side have not been passed on to the other.
    private static func hasSomethingToSay(_ link: Link) -> Bool {
        var ends = [link.near, link.far].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        return !link.outbound.isEmpty || !link.inbound.isEmpty || poll(&ends, nfds_t(ends.count), 0) > 0
    }

    private static func watch(_ descriptor: Int32, reads: Bool, writes: Bool) -> pollfd {
        pollfd(fd: descriptor, events: Int16((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)), revents: 0)
    }

    private func admit() -> Link? {
        let near = accept(listener, nil, nil)
        guard near >= 0 else { return nil }
        let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.loopback(target)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                connect(far, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(near)
            close(far)
            return nil
        }
        for descriptor in [near, far] {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            var on: Int32 = 1
            setsockopt(
                descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        return Link(near: near, far: far)
    }

    /// Moves what has come and what can go in one direction; false when an end is gone.
    private static func pump(
        _ events: Int16, from source: Int32, into buffer: inout [UInt8], to sink: Int32
    ) -> Bool {
        if events & Int16(POLLIN | POLLHUP | POLLERR) != 0, buffer.isEmpty {
            var chunk = [UInt8](repeating: 0, count: 65536)
            let count = read(source, &chunk, chunk.count)
            if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { return false }
            if count > 0 { buffer = Array(chunk[..<count]) }
        }
        while !buffer.isEmpty {
            let count = send(sink, buffer, buffer.count, Int32(MSG_NOSIGNAL))
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            buffer.removeFirst(count)
        }
        return true
    }

    /// RST, not FIN: nothing is said any more.
    private static func reset(_ link: Link) {
        for descriptor in [link.near, link.far] {
            var at = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at, socklen_t(MemoryLayout<linger>.size))
            close(descriptor)
        }
    }
}
