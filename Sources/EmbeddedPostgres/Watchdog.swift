import Glibc

/// A small shell process that clears a cluster away when this process ends, however it ends: it notices that the other
/// end of its standard input is gone.
///
/// Neither `atexit` nor a signal handler would run after a SIGKILL.
struct Watchdog: Sendable {
    private let process: ChildProcess
    private let line: Int32

    private static let script = """
        trap '' INT TERM HUP QUIT
        read -r line
        pid=$(sed -n 1p "$1/data/postmaster.pid" 2>/dev/null)
        if [ -n "$pid" ] && grep -q '^postgres' "/proc/$pid/comm" 2>/dev/null; then
            kill -QUIT "$pid"
            tries=0
            while kill -0 "$pid" 2>/dev/null && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
            kill -KILL "$pid" 2>/dev/null
        fi
        rm -rf -- "$1"
        """

    /// Starts watching. A descriptor, closed on exec from the start, is all that ties it to this process.
    static func start(over directory: ClusterDirectory) throws(EmbeddedPostgresError) -> Watchdog {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw .fileSystem(path: directory.path, code: errno)
        }
        defer { close(ends[1]) }
        do throws(EmbeddedPostgresError) {
            let process = try ChildProcess.spawn(
                ["/bin/sh", "-c", script, "fr-watchdog", directory.path], in: "/", input: ends[1], output: "/dev/null")
            return Watchdog(process: process, line: ends[0])
        } catch {
            close(ends[0])
            throw error
        }
    }

    /// Ends the watch, and with it what is left of the cluster; blocks until that is done.
    func end() {
        cutLine()
        _ = process.wait()
    }

    /// What the end of this process does to the watchdog.
    func cutLine() {
        close(line)
    }
}
