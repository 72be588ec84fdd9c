import CSpawn
import Glibc
import Synchronization

/// A child process whose standard input, output and error are one channel.
final class ChildProcess: Sendable {
    let processID: pid_t
    /// The other end of the child's standard input and outputs.
    private let channel: Int32
    private let text = Mutex("")

    init(_ arguments: [String]) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        precondition(socketpair(AF_UNIX, kind, 0, &ends) == 0, "no socket pair")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        for standard in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_adddup2(&actions, ends[1], standard)
        }
        // A connection that the child held too would not be closed when the test closes it.
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for argument in vector { free(argument) } }
        var processID: pid_t = 0
        let code = posix_spawnp(&processID, arguments[0], &actions, nil, &vector, environ)
        precondition(code == 0, "\(arguments[0]) is not installed")
        close(ends[1])
        self.processID = processID
        channel = ends[0]
    }

    deinit {
        close(channel)
    }

    /// Everything read so far.
    var outputText: String { text.withLock { $0 } }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        let sent = send(channel, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        precondition(sent == bytes.count, "the child does not read")
    }

    /// Reads, on a thread of the test's own, until the output holds `mark`; false when it ends or pauses for long.
    func waitForOutput(_ mark: String) async -> Bool {
        await withCheckedContinuation { continuation in
            TestThread.start { continuation.resume(returning: self.readUntil(mark)) }
        }
    }

    /// Waits for the end of the output and of the process.
    func waitForExit() async -> Int32 {
        _ = await waitForOutput("\0")
        return await withCheckedContinuation { continuation in
            TestThread.start {
                var status: Int32 = 0
                while waitpid(self.processID, &status, 0) < 0 && errno == EINTR {}
                continuation.resume(returning: status)
            }
        }
    }

    func kill() async {
        Glibc.kill(processID, SIGKILL)
        _ = await waitForExit()
    }

    private func readUntil(_ mark: String) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !outputText.contains(mark) {
            var readable = pollfd(fd: channel, events: Int16(POLLIN), revents: 0)
            guard poll(&readable, 1, 20_000) != 0 else { return false }
            let got = read(channel, &buffer, buffer.count)
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { return false }
            text.withLock { $0 += String(decoding: buffer[..<got], as: UTF8.self) }
        }
        return true
    }
}
