internal import CSpawn
import Glibc

/// A child process of ours: started, signalled and waited for. Its methods block; not for cooperative threads.
///
/// The server outlives the call that starts it and is killed and started again by tests, which a library that ties a
/// process to one scope does not offer.
struct ChildProcess: Sendable {
    let processID: pid_t

    private static let env = "/usr/bin/env"

    /// Starts a program with signals as they are by default, in a process group of its own (a Ctrl-C at the terminal
    /// is for us, not for it), and with nothing of ours but PATH: no other variable, and no descriptor. Libraries open
    /// sockets that outlive an exec, and a connection that a child still holds stays open when we close it.
    ///
    /// - Parameters:
    ///   - arguments: The program's path and its arguments.
    ///   - directory: Where it runs.
    ///   - input: The descriptor that becomes its standard input; `nil`: nothing to read.
    ///   - output: The file that its standard output and error are appended to.
    /// - Returns: The running process, to be waited for in the end.
    /// - Throws: ``EmbeddedPostgresError/cannotRun(program:code:)``.
    static func spawn(
        _ arguments: [String], in directory: String, input: Int32? = nil, output: String
    ) throws(EmbeddedPostgresError) -> ChildProcess {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))

        // posix_spawn's own way to another directory is hidden without _GNU_SOURCE.
        let argumentPointers = ([Self.env, "-C", directory] + arguments).map { strdup($0) }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let variables = ["PATH=\(path)", "LC_ALL=C.UTF-8", "TZ=UTC"]
        let environment = variables.map { strdup($0) }
        defer { for pointer in argumentPointers + environment { free(pointer) } }
        var processID = pid_t()
        let status = posix_spawn(
            &processID, Self.env, &actions, &attributes, argumentPointers + [nil], environment + [nil])
        guard status == 0 else { throw .cannotRun(program: arguments.first ?? Self.env, code: status) }
        return ChildProcess(processID: processID)
    }

    func signal(_ signal: Int32) {
        kill(processID, signal)
    }

    /// Waits for its end. Returns the wait status; 0 is success.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0 && errno == EINTR {}
        return status
    }

    /// Whether it has ended; then it is gone from the process table too.
    func hasEnded() -> Bool {
        var status: Int32 = 0
        let result = waitpid(processID, &status, WNOHANG)
        return result == processID || (result < 0 && errno == ECHILD)
    }

    /// Waits for its end, looking every few milliseconds; `false` if it lives on after `limit`.
    func waitForEnd(within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        while !hasEnded() {
            guard ContinuousClock.now < deadline else { return false }
            usleep(5000)
        }
        return true
    }
}
