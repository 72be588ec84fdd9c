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

    private static let fakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
    /// Whether a process can be given a clock of its own.
    static var canShiftClock: Bool { FileManager.default.fileExists(atPath: fakeTime) }

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

    /// Returns whether there was a process to tell.
    @discardableResult func signal(_ signal: Int32) -> Bool {
        // Within the lock: a number that was waited for may be somebody else's.
        state.withLock { state in
            state.process?.signal(signal)
            return state.process != nil
        }
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
