import Synchronization

extension PostgresPool {
    /// Runs `body` on the thread of a connection that is nobody else's meanwhile.
    func lend<Value: Sendable>(
        _ name: String, _ body: @Sendable (Session) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        let deadline = ContinuousClock.now + configuration.acquireTimeout
        var pooled: PooledConnection
        switch try await grant(for: name, until: deadline) {
        case .idle(let open): pooled = open
        case .place: pooled = try await fill(for: name, until: deadline)
        }
        while true {
            markLent(pooled)
            switch await pooled.connection.visit(body) {
            case .done(let result, let isReusable):
                giveBack(pooled, isReusable: isReusable)
                return try result.get()
            case .stale:
                markReturned(pooled)
                closeSoon(pooled)
                pooled = try await fill(for: name, until: deadline)
            }
        }
    }

    /// A place in the pool, with or without an open connection in it.
    private func grant(
        for name: String, until deadline: ContinuousClock.Instant
    ) async throws(PostgresError) -> PoolGrant<PooledConnection> {
        guard !Task.isCancelled else { throw PostgresError(.cancelled, in: name) }
        let (immediate, isClosed, id) = shared.withLock { shared in
            (shared.state.take(), shared.state.isClosed, shared.newID())
        }
        if let immediate { return immediate }
        guard !isClosed else { throw PostgresError(.closed, in: name) }
        let result: Result<PoolGrant<PooledConnection>, PostgresError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enqueue(continuation, id, name, until: deadline)
            }
        } onCancel: {
            withdraw(id, name)
        }
        return try result.get()
    }

    private func enqueue(
        _ waiter: PoolShared.Waiter, _ id: Int, _ name: String, until deadline: ContinuousClock.Instant
    ) {
        // A place may have come back since, or the pool may have been closed.
        let answer = shared.withLock { shared -> Result<PoolGrant<PooledConnection>, PostgresError>? in
            if let grant = shared.state.take() { return .success(grant) }
            if shared.state.isClosed { return .failure(PostgresError(.closed, in: name)) }
            shared.state.wait(id, waiter, until: deadline)
            return nil
        }
        if let answer {
            waiter.resume(returning: answer)
        } else {
            startExpiry()
            if Task.isCancelled { withdraw(id, name) }  // the handler may have run before the request was queued
        }
    }

    private func withdraw(_ id: Int, _ name: String) {
        let waiter = shared.withLock { $0.state.withdraw(id) }
        waiter?.resume(returning: .failure(PostgresError(.cancelled, in: name)))
    }

    /// Opens a connection for a place, trying again with growing random delays until `deadline`.
    ///
    /// The place is given back if that fails.
    private func fill(
        for name: String, until deadline: ContinuousClock.Instant
    ) async throws(PostgresError) -> PooledConnection {
        do throws(PostgresError) {
            while true {
                guard !Task.isCancelled else { throw PostgresError(.cancelled, in: name) }
                do throws(PostgresError) {
                    let connection = try await Connection.open(configuration)
                    return shared.withLock { shared in
                        shared.opened += 1
                        shared.failures = 0
                        shared.lastFailure = nil
                        return PooledConnection(id: shared.newID(), connection: connection, openedAt: .now)
                    }
                } catch {
                    let (failures, isClosed) = shared.withLock { shared in
                        shared.failures += 1
                        shared.lastFailure = error.note
                        return (shared.failures, shared.state.isClosed)
                    }
                    let delay = configuration.reconnect.delay(afterFailures: failures)
                    guard error.isRetryable, !isClosed, .now + delay < deadline else { throw error }
                    try? await Task.sleep(for: delay, clock: .continuous)
                }
            }
        } catch {
            giveBack(nil)
            throw error
        }
    }

    private func giveBack(_ pooled: PooledConnection, isReusable: Bool) {
        markReturned(pooled)
        let isOld = ContinuousClock.now - pooled.openedAt > configuration.maximumLifetime
        if isReusable && !isOld {
            giveBack(pooled)
        } else {
            closeSoon(pooled)
            giveBack(nil)
        }
    }

    private func giveBack(_ pooled: PooledConnection?) {
        let (served, close, drained) = shared.withLock { shared in
            let (served, close) = shared.state.giveBack(pooled, at: .now)
            let isDrained = shared.state.isClosed && shared.state.taken == 0
            defer { if isDrained { shared.draining = [] } }
            return (served, close, isDrained ? shared.draining : [])
        }
        if let (waiter, grant) = served { waiter.resume(returning: .success(grant)) }
        if let close { closeSoon(close) }
        if served == nil, pooled != nil { startRetirement() }
        for continuation in drained { continuation.resume() }
    }

    private func markLent(_ pooled: PooledConnection) {
        shared.withLock { $0.lent[pooled.id] = pooled.connection }
    }

    private func markReturned(_ pooled: PooledConnection) {
        shared.withLock { $0.lent[pooled.id] = nil }
    }

    /// Closes a connection without keeping anybody waiting for it.
    func closeSoon(_ pooled: PooledConnection) {
        Task { await pooled.connection.close() }
    }
}
