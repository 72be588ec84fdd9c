import FoundationEssentials
import Glibc
import Synchronization
import Testing

@testable import EmbeddedPostgres

/// A place for one process of ours: whoever dies in it is started again, as systemd would.
final class ChaosProcess: Sendable {
    private struct State {
        var process: ChildProcess?
        var starts = 0
        var isStopping = false
        var clockHours = 0
        /// Processes whose clock was set off at their start.
        var shifted: Set<pid_t> = []
        /// How many want it to stand still.
        var holds = 0
        var stopped: ContinuousClock.Instant?
        var wasOverdue = false
    }

    /// For whoever was asked to end: many times the grace of a worker.
    static let patience: Duration = .seconds(60)

    /// As in the story, e.g. `worker 1`.
    let name: String
    private let command: String
    let log: String
    private let configuration: String
    private let story: ChaosStory
    private let state = Mutex(State())

    private static let fakeTime = "/usr/lib/\(architecture)-linux-gnu/faketime/libfaketimeMT.so.1"
    /// As Debian names the folders of libraries.
    private static var architecture: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "aarch64"
        #elseif arch(powerpc64le)
            "powerpc64le"
        #elseif arch(s390x)
            "s390x"
        #else
            "unknown"
        #endif
    }
    /// Whether a process can be given a clock of its own. `CHAOS_CLOCK=0`: the programs here cannot bear it.
    static var canShiftClock: Bool {
        FileManager.default.fileExists(atPath: fakeTime) && ProcessInfo.processInfo.environment["CHAOS_CLOCK"] != "0"
    }

    /// - Parameters:
    ///   - name: As in the story.
    ///   - command: The subcommand that it runs.
    ///   - configuration: A file.
    ///   - log: A file that it writes to.
    ///   - story: Is told of every start and end.
    init(_ name: String, command: String, configuration: String, log: String, story: ChaosStory) {
        self.name = name
        self.command = command
        self.configuration = configuration
        self.log = log
        self.story = story
    }

    /// Starts the process, and starts it again whenever it is gone, until ``stop()``.
    func live(program: String) async {
        while !state.withLock({ $0.isStopping }) {
            let hours = state.withLock { $0.clockHours }
            var words = [program, command, "--config", configuration, "--with-parent"]
            if hours != 0 {
                words =
                    [
                        "env", "LD_PRELOAD=\(Self.fakeTime)", "FAKETIME=\(hours < 0 ? "" : "+")\(hours)h",
                        // The second env takes the library's own change of the environment, which would hide a Swift
                        // program's arguments from it.
                        "FAKETIME_DONT_FAKE_MONOTONIC=1", "env",
                    ] + words
            }
            do {
                let process = try ChildProcess.spawn(words, in: "/", output: log)
                state.withLock { state in
                    state.process = process
                    state.starts += 1
                    if hours != 0 { state.shifted.insert(process.processID) }
                }
                story.tell("\(name) is process \(process.processID)")
                while !process.hasEnded() {
                    endIfOverdue(process, clockIsShifted: hours != 0)
                    // In a task of its own: one that is cancelled would not sleep, but spin.
                    await Task { try? await Task.sleep(for: .milliseconds(50)) }.value
                }
                state.withLock { $0.process = nil }
                story.tell("\(name) is gone")
                // What faketime leaves of a process that was killed.
                for kind in ["faketime_shm_", "sem.faketime_sem_"] { unlink("/dev/shm/\(kind)\(process.processID)") }
            } catch {
                story.tell("\(name) cannot be started: \(error)")
            }
            try? await Task.sleep(for: .milliseconds(300))
        }
    }

    /// Returns the process that was told; nil: there was none.
    @discardableResult func signal(_ signal: Int32) -> pid_t? {
        // Within the lock: a number that was waited for may be somebody else's.
        state.withLock { state in
            state.process?.signal(signal)
            return state.process?.processID
        }
    }

    /// The process that lives here now.
    var processID: pid_t? { state.withLock { $0.process?.processID } }

    /// Whether a process was started here with its clock set off.
    func hasShiftedClock(_ process: pid_t) -> Bool { state.withLock { $0.shifted.contains(process) } }

    /// Has it stand still until everybody who wanted that has let go; call ``letGo()`` once for it.
    func hold() { state.withLock { $0.holds += 1 } }

    /// Stops the process that lives here. Returns it once it stands still; nil: not yet, or somebody let it go on.
    func stopped() -> pid_t? {
        guard let process = signal(SIGSTOP), ProcessTable.entry(of: process)?.state == "T" else { return nil }
        return process
    }

    func letGo() {
        let isFree = state.withLock { state in
            state.holds -= 1
            return state.holds <= 0
        }
        if isFree { signal(SIGCONT) }
    }

    /// From the next start on its clock is off by so many hours.
    func setClock(hours: Int) {
        state.withLock { $0.clockHours = hours }
    }

    /// Asks it to end, and to be left so.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            state.stopped = .now
        }
        signal(SIGCONT)
        signal(SIGTERM)
    }

    /// Whoever does not end when asked is at fault, unless his clock was set off: under faketime a process has been
    /// seen in which no timer went off any more.
    private func endIfOverdue(_ process: ChildProcess, clockIsShifted: Bool) {
        let isOverdue = state.withLock { state in
            guard let stopped = state.stopped, !state.wasOverdue, stopped.duration(to: .now) > Self.patience else {
                return false
            }
            state.wasOverdue = true
            return true
        }
        guard isOverdue else { return }
        story.tell("\(name) does not end, and is killed")
        if !clockIsShifted { Issue.record("\(name) did not end in \(Self.patience) after it was asked to") }
        process.signal(SIGKILL)
    }

    var starts: Int { state.withLock { $0.starts } }
}
