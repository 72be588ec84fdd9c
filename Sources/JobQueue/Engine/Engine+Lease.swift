import Logging
import Postgres
import Synchronization

extension Engine {
    /// Renews the lease and looks after the jobs of the dead, over connections that do nothing else, until cancelled.
    ///
    /// A failure leaves the lease as it is: whether it still holds is for ``LeaseWatch`` to say here, and for the
    /// database there.
    func keepAlive(over pool: PostgresPool) async {
        var failing = false
        var upkeepAt = ContinuousClock.now
        while !Task.isCancelled {
            let sent = ContinuousClock.now
            do {
                guard try await store.heartbeat(over: pool) else {
                    logger.error(
                        "queue: this worker was called dead; it drops what it holds",
                        metadata: ["worker": "\(store.worker)"])
                    die()
                    return
                }
                let held = store.lease.holds(for: .zero)
                store.lease.renew(until: sent.advanced(by: configuration.lease))
                if !held { hint() }
                if failing { logger.notice("queue: heartbeats succeed again") }
                failing = false
                try await rescue(over: pool)
                if try await store.fireSchedules(over: pool) > 0 { hint() }
                if upkeepAt <= sent {
                    upkeepAt = sent.advanced(by: .seconds(60))
                    try await store.lookAfter(configuration, over: pool)
                }
                try? await Task.sleep(until: sent.advanced(by: configuration.heartbeat), clock: .continuous)
            } catch {
                if !failing { logger.warning("queue: a heartbeat failed", metadata: ["error": "\(error)"]) }
                failing = true
                let pause = min(configuration.heartbeat, .seconds(1))
                try? await Task.sleep(for: pause / 2 + pause / 2 * Double.random(in: 0...1), clock: .continuous)
            }
        }
    }

    private func rescue(over pool: PostgresPool) async throws(PostgresError) {
        let buried = try await store.bury(over: pool)
        if buried > 0 { logger.error("queue: workers were called dead", metadata: ["count": "\(buried)"]) }
        while !Task.isCancelled {
            let rescued = try await store.rescue(configuration.rescueBatch, over: pool)
            guard !rescued.isEmpty else { return }
            counters.withLock { $0.rescued += rescued.count }
            for job in rescued {
                logger.warning(
                    "queue: a job was taken from a dead worker",
                    metadata: ["job": "\(job.job)", "worker": "\(job.lostBy)", "state": "\(job.became)"])
            }
            hint()
        }
    }

    /// Ends runs that are over their hard limit, until cancelled.
    func watchDeadlines() async {
        let shortest = steps.values.map(\.timeout).min() ?? .seconds(1)
        let pause = max(.milliseconds(10), min(.milliseconds(500), shortest / 4))
        while !Task.isCancelled {
            try? await Task.sleep(for: pause, clock: .continuous)
            for entry in state.withLock({ $0.runs.overdue(at: .now) }) {
                let run = entry.claimed.run
                let definition = definition(of: run)
                entry.task?.cancel()
                counters.withLock { $0.overdue += 1 }
                logger.error(
                    "queue: a run passed its hard limit",
                    metadata: ["job": "\(run.job)", "step": "\(definition.key)", "limit": "\(definition.timeout)"])
                if let stretch = entry.stretch {
                    close(stretch, overdue: (run, definition.overdue))
                } else {
                    answer([(run, definition.overdue)], definition)
                }
            }
        }
    }

    /// Wakes the claimers when the database says that there is work, until cancelled or stopped.
    func listen(to listener: PostgresListener) async {
        for await _ in listener.hints() { hint() }
    }
}
