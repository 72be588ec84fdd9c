import Synchronization

/// Runs an actor's jobs in order on a thread of its own: blocking calls never hold a cooperative thread.
///
/// The thread lives until ``stop()``, which the owner of the actor calls when nobody will use the actor any more.
package final class ThreadExecutor: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isStopping = false
        var hasEnded = false
        var ending: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let wakeup = EventDescriptor()

    /// Starts the thread. Of `name` the kernel keeps 15 bytes.
    package init(name: String) {
        NamedThread.start(name) { [self] in run() }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let wasEmpty = state.withLock { state in
            precondition(!state.hasEnded, "an actor was used after its thread had ended")
            state.jobs.append(job)
            return state.jobs.count == 1
        }
        if wasEmpty { wakeup.signal() }
    }

    /// Lets the thread finish what is enqueued and end; returns when it has. Not to be called from the thread itself.
    package func stop() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                state.isStopping = true
                if !state.hasEnded { state.ending.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() } else { wakeup.signal() }
        }
    }

    private func run() {
        let executor = asUnownedSerialExecutor()
        while true {
            let (jobs, ended) = state.withLock { state -> ([UnownedJob], [CheckedContinuation<Void, Never>]?) in
                guard state.jobs.isEmpty else {
                    let jobs = state.jobs
                    state.jobs = []
                    return (jobs, nil)
                }
                guard state.isStopping else { return ([], nil) }
                state.hasEnded = true
                return ([], state.ending)
            }
            if let ended {
                for continuation in ended { continuation.resume() }
                return
            }
            for job in jobs { job.runSynchronously(on: executor) }
            if jobs.isEmpty { wakeup.wait() }
        }
    }
}
