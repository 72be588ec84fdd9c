import Logging
import Postgres
import Synchronization

extension Engine {
    /// Takes jobs from the dead, fires schedules and looks after the tables as often as there are heartbeats, until
    /// cancelled: apart from these, which must not wait for it.
    func lookAfter(over pool: PostgresPool) async {
        var failing = false
        var upkeepAt = ContinuousClock.now
        while !Task.isCancelled {
            let begun = ContinuousClock.now
            do {
                // Without the lease we might be the dead one.
                if store.lease.holds(for: .zero) {
                    try await rescue(over: pool)
                    if try await store.fireSchedules(over: pool) > 0 { hint() }
                    if upkeepAt <= begun {
                        upkeepAt = begun.advanced(by: .seconds(60))
                        try await store.lookAfter(configuration, over: pool)
                    }
                }
                failing = false
                try? await Task.sleep(until: begun.advanced(by: configuration.heartbeat), clock: .continuous)
            } catch {
                if !failing {
                    logger.warning("queue: looking after the fleet failed", metadata: ["error": "\(error)"])
                }
                failing = true
                await Self.pause(configuration.heartbeat)
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
}
