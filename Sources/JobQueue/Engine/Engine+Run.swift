import Logging
import Postgres
import Synchronization

extension Engine {
    /// Works until stopped or called dead.
    func run(heartbeats: PostgresPool, upkeep: PostgresPool, listener: PostgresListener?) async {
        await withTaskGroup(of: Void.self) { helpers in
            helpers.addTask { await self.keepAlive(over: heartbeats) }
            helpers.addTask { await self.lookAfter(over: upkeep) }
            helpers.addTask { await self.watchDeadlines() }
            helpers.addTask { await self.limitGrace() }
            if let listener { helpers.addTask { await self.listen(to: listener) } }
            await withTaskGroup(of: Void.self) { claimers in
                for _ in 0..<configuration.claimers { claimers.addTask { await self.runClaimer() } }
            }
            helpers.cancelAll()
        }
        guard state.withLock({ $0.isStopRequested }) else { return }
        do {
            try await store.stop()
        } catch {
            logger.warning("queue: could not say that this worker stops", metadata: ["error": "\(error)"])
        }
    }

    /// Once stopping has begun, ends what takes longer than the grace.
    private func limitGrace() async {
        await stopBell.sleep(until: .now.advanced(by: .seconds(1_000_000_000)))
        guard !Task.isCancelled else { return }
        try? await Task.sleep(for: configuration.grace, clock: .continuous)
        guard !Task.isCancelled else { return }
        logger.warning(
            "queue: runs outlast the grace and are cancelled",
            metadata: ["count": "\(state.withLock { $0.runs.count })"])
        cancelRuns()
        try? await Task.sleep(for: .seconds(2), clock: .continuous)
        guard !Task.isCancelled else { return }
        logger.error("queue: runs were left behind", metadata: ["count": "\(state.withLock { $0.runs.count })"])
        abandon()
    }
}
