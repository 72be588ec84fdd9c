import Synchronization

/// Wakes one sleeping task at a time, at the latest at an instant of its choice.
///
/// A ring that finds nobody asleep is remembered, once: whoever comes next does not sleep.
final class Doorbell: Sendable {
    private struct State {
        var sleepers: [(id: UInt64, continuation: CheckedContinuation<Void, Never>)] = []
        var nextID: UInt64 = 0
        var rung = false
        var open = false
    }

    private let state = Mutex(State())

    /// Wakes one sleeper, the one that came last: its connection is the warmest.
    func ring() {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let last = state.sleepers.popLast() else {
                state.rung = true
                return nil
            }
            return last.continuation
        }
        sleeper?.resume()
    }

    /// Wakes everybody, now and for ever.
    func ringForGood() {
        let sleepers = state.withLock { state in
            state.open = true
            defer { state.sleepers = [] }
            return state.sleepers
        }
        for sleeper in sleepers { sleeper.continuation.resume() }
    }

    /// Sleeps until somebody rings, until `instant`, or until the task is cancelled.
    func sleep(until instant: ContinuousClock.Instant) async {
        guard instant > ContinuousClock.now else { return }
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let alarm = Task { [self] in
            try? await Task.sleep(until: instant, clock: .continuous)
            wake(id)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goOn = state.withLock { state in
                    if state.open || state.rung || Task.isCancelled || instant <= ContinuousClock.now {
                        state.rung = false
                        return true
                    }
                    state.sleepers.append((id, continuation))
                    return false
                }
                if goOn { continuation.resume() }
            }
        } onCancel: {
            wake(id)
        }
        alarm.cancel()
    }

    private func wake(_ id: UInt64) {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else { return nil }
            return state.sleepers.remove(at: index).continuation
        }
        sleeper?.resume()
    }
}
