import Glibc
import Synchronization

/// A fact that happens once: tasks await it, threads block on it.
final class Signal: Sendable {
    private struct State {
        var fired = false
        var tasks: [CheckedContinuation<Void, Never>] = []
        var blocked = 0
    }

    private let state = Mutex(State())
    /// Read end, write end; a byte per blocked thread.
    private let pipes: (Int32, Int32)

    init() {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "no pipe")
        // A child with a copy would keep it open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        pipes = (ends[0], ends[1])
    }

    deinit {
        close(pipes.0)
        close(pipes.1)
    }

    func fire() {
        let (tasks, blocked) = state.withLock { state in
            defer { state.tasks = [] }
            let first = !state.fired
            state.fired = true
            return (state.tasks, first ? state.blocked : 0)
        }
        for task in tasks { task.resume() }
        for _ in 0..<blocked { wake() }
    }

    /// Cancelling the task, as a time limit does, lets everybody go.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let fired = state.withLock { state in
                    if !state.fired { state.tasks.append(continuation) }
                    return state.fired
                }
                if fired { continuation.resume() }
            }
        } onCancel: {
            fire()
        }
    }

    /// Only for threads of a test's own.
    func block() {
        let fired = state.withLock { state in
            state.blocked += 1
            return state.fired
        }
        if fired { return }
        var byte: UInt8 = 0
        while read(pipes.0, &byte, 1) < 0 && errno == EINTR {}
    }

    private func wake() {
        var byte: UInt8 = 0
        precondition(write(pipes.1, &byte, 1) == 1, "a blocked thread cannot be woken")
    }
}
