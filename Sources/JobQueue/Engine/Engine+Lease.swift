import Logging
import Postgres
import Synchronization

extension Engine {
    /// Renews the lease over a connection that nothing else holds, until cancelled.
    ///
    /// A failure leaves the lease as it is: whether it still holds is for ``LeaseWatch`` to say here, and for the
    /// database there.
    func keepAlive(over pool: PostgresPool) async {
        var failing = false
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
                try? await Task.sleep(until: sent.advanced(by: configuration.heartbeat), clock: .continuous)
            } catch {
                if !failing { logger.warning("queue: a heartbeat failed", metadata: ["error": "\(error)"]) }
                failing = true
                await Self.pause(configuration.heartbeat)
            }
        }
    }

    /// Some time up to a second, and no longer than until the next heartbeat would be due.
    static func pause(_ heartbeat: Duration) async {
        let pause = min(heartbeat, .seconds(1))
        try? await Task.sleep(for: pause / 2 + pause / 2 * Double.random(in: 0...1), clock: .continuous)
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
