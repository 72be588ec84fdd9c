import Synchronization

/// A wait that did not end.
struct NotEnded: Error, CustomStringConvertible {
    let what: String
    let limit: Duration

    var description: String { "waited for \(limit) in vain: \(what)" }
}

/// Waits for `body`, but no longer than `limit`: what has not ended by then goes on by itself, and nobody waits for it.
///
/// - Parameters:
///   - limit: How long.
///   - what: What is waited for, as in the error.
///   - body: The wait.
/// - Returns: What `body` returns.
/// - Throws: ``NotEnded``, or what `body` throws.
func bounded<Value: Sendable>(
    within limit: Duration, _ what: String, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let race = Race<Value>()
    let worker = Task {
        do {
            race.end(.success(try await body()))
        } catch {
            race.end(.failure(error))
        }
    }
    let timer = Task {
        try? await Task.sleep(for: limit, clock: .continuous)
        guard !Task.isCancelled else { return }
        race.end(.failure(NotEnded(what: what, limit: limit)))
        worker.cancel()
    }
    defer { timer.cancel() }
    return try await race.end.get()
}

/// The first of several results, for one who waits.
private final class Race<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Result<Value, any Error>, Never>)
        case ended(Result<Value, any Error>)
    }

    private let state = Mutex(State.open)

    var end: Result<Value, any Error> {
        get async {
            await withCheckedContinuation { continuation in
                let known = state.withLock { state -> Result<Value, any Error>? in
                    if case .ended(let result) = state { return result }
                    state = .awaited(continuation)
                    return nil
                }
                if let known { continuation.resume(returning: known) }
            }
        }
    }

    func end(_ result: Result<Value, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<Result<Value, any Error>, Never>? in
            switch state {
            case .ended: return nil
            case .open:
                state = .ended(result)
                return nil
            case .awaited(let continuation):
                state = .ended(result)
                return continuation
            }
        }
        waiter?.resume(returning: result)
    }
}
