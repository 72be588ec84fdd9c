import Synchronization

extension PostgresPool {
    /// Makes sure that a task watches over the waiters' deadlines as long as somebody waits.
    func startExpiry() {
        let mustStart = shared.withLock { shared in
            defer { shared.expiryRuns = true }
            return !shared.expiryRuns
        }
        guard mustStart else { return }
        Task { [weak self] in
            while let deadline = self?.deadlineOrStop() {
                try? await Task.sleep(until: deadline, clock: .continuous)
                self?.expire()
            }
        }
    }

    private func deadlineOrStop() -> ContinuousClock.Instant? {
        shared.withLock { shared in
            if shared.state.nextDeadline == nil { shared.expiryRuns = false }
            return shared.state.nextDeadline
        }
    }

    private func expire() {
        let (expired, taken, cause) = shared.withLock { shared in
            (shared.state.expire(at: .now), shared.state.taken, shared.lastFailure)
        }
        var note = "all \(taken) connections were in use for \(configuration.acquireTimeout)"
        if let cause { note += "; the last attempt to connect failed: \(cause)" }
        for waiter in expired {
            waiter.resume(returning: .failure(PostgresError(.acquireTimedOut, in: "acquire", note: note)))
        }
    }

    /// Makes sure that a task closes unused connections as long as there are any.
    func startRetirement() {
        let mustStart = shared.withLock { shared in
            defer { shared.retirementRuns = true }
            return !shared.retirementRuns && !shared.state.isClosed
        }
        guard mustStart else { return }
        let lifetime = configuration.idleLifetime
        Task { [weak self] in
            while let since = self?.oldestIdleOrStop() {
                try? await Task.sleep(until: since + lifetime, clock: .continuous)
                self?.retire()
            }
        }
    }

    private func oldestIdleOrStop() -> ContinuousClock.Instant? {
        shared.withLock { shared in
            if shared.state.oldestIdle == nil { shared.retirementRuns = false }
            return shared.state.oldestIdle
        }
    }

    private func retire() {
        let retired = shared.withLock { $0.state.retire(idleSince: .now - configuration.idleLifetime) }
        for pooled in retired { closeSoon(pooled) }
    }

    /// Closes every connection: those that are lent when they come back, or after `grace` by giving up what they do.
    ///
    /// Callers that wait, and those that come later, get ``PostgresError`` of kind `closed`. Returns when no
    /// connection of the pool is in use any more.
    package func close(grace: Duration = .seconds(10)) async {
        let (waiters, idle) = shared.withLock { $0.state.close() }
        for waiter in waiters { waiter.resume(returning: .failure(PostgresError(.closed, in: "acquire"))) }
        for pooled in idle { await pooled.connection.close() }
        let impatience = Task { [weak self] in
            try await Task.sleep(for: grace, clock: .continuous)
            self?.giveUpLent()
        }
        await withCheckedContinuation { continuation in
            let isDrained = shared.withLock { shared in
                if shared.state.taken > 0 { shared.draining.append(continuation) }
                return shared.state.taken == 0
            }
            if isDrained { continuation.resume() }
        }
        impatience.cancel()
    }

    private func giveUpLent() {
        for connection in shared.withLock({ Array($0.lent.values) }) { connection.giveUp() }
    }
}
