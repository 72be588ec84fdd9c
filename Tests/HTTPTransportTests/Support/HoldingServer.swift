import Glibc

/// Reads this many requests, each on a connection of its own, before it answers the first.
struct HoldingServer {
    let port: Int

    init(count: Int) {
        let (listener, port) = LoopbackSocket.listen(backlog: 4096)
        self.port = port
        TestThread.start {
            var held: [Int32] = []
            while held.count < count {
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0 { continue }
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                Self.readRequest(descriptor)
                held.append(descriptor)
            }
            let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok".utf8)
            for descriptor in held {
                _ = send(descriptor, answer, answer.count, Int32(MSG_NOSIGNAL))
                close(descriptor)
            }
            close(listener)
        }
    }

    /// How many connections, both ends in this process, its descriptors allow; raises the soft limit for it.
    static func affordable(upTo count: Int) -> Int {
        var limit = rlimit()
        let descriptors = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        getrlimit(descriptors, &limit)
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, rlim_t(2 * count + 1000)))
        setrlimit(descriptors, &limit)
        getrlimit(descriptors, &limit)
        return min(count, (Int(min(limit.rlim_cur, 1 << 20)) - 500) / 2)
    }

    /// A head and a body of three bytes.
    private static func readRequest(_ descriptor: Int32) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            // A signal to this process, such as a child's end, says nothing about the connection.
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            bytes += buffer[..<count]
            if bytes.suffix(7).starts(with: "\r\n\r\n".utf8) { return }
        }
    }
}
