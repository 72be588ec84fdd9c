package import Logging
package import Postgres
import Synchronization

/// A process that runs jobs: claims what it knows how to run, runs it, records what became of it.
///
/// An outage of the database delays it and never ends it. It can be stopped at any moment without losing anything,
/// gracefully by ``stop()`` or by pulling the plug.
package final class Worker: Sendable {
    private struct Shared {
        var engine: Engine?
        var stopping = false
        var statistics = WorkerStatistics()
    }

    private let pool: PostgresPool
    private let heartbeatConfiguration: PostgresConfiguration
    private let upkeepConfiguration: PostgresConfiguration
    private let listenerConfiguration: PostgresConfiguration?
    private let steps: [StepKey: StepDefinition]
    private let effects: [EffectKind]
    private let destinations: [DestinationLimits]
    private let schedules: [ScheduleDefinition]
    private let configuration: WorkerConfiguration
    private let logger: Logger
    private let shared = Mutex(Shared())

    /// - Parameters:
    ///   - pool: At least ``WorkerConfiguration/claimers`` of its connections are used. May lead through a pooler.
    ///   - listenerConfiguration: The address of the server itself, for LISTEN; `nil`: poll only.
    ///   - steps: What this worker can run. It claims nothing else.
    ///   - effects: All kinds of effects that the steps may order, in the order in which they are to be made.
    ///   - destinations: Limits of external accounts; they hold for the whole fleet, and the last word counts.
    ///   - schedules: Periodic work; of the whole fleet likewise.
    ///   - configuration: How it works.
    ///   - logger: Gets job ids, codes and counts, never payloads.
    /// - Precondition: No two steps have the same key; heartbeats come at least three times per lease.
    package init(
        pool: PostgresPool, listenerConfiguration: PostgresConfiguration?, steps: [StepDefinition],
        effects: [EffectKind] = [], destinations: [DestinationLimits] = [], schedules: [ScheduleDefinition] = [],
        configuration: WorkerConfiguration, logger: Logger
    ) {
        precondition(configuration.heartbeat * 3 <= configuration.lease, "a lease must outlive two lost heartbeats")
        precondition((1...10_000).contains(configuration.concurrency), "concurrency is 1 to 10000")
        precondition((1...8).contains(configuration.claimers), "claimers are 1 to 8")
        precondition((1...1000).contains(configuration.batch), "a batch is 1 to 1000")
        self.pool = pool
        self.listenerConfiguration = listenerConfiguration
        self.steps = Dictionary(steps.map { ($0.key, $0) }) { first, _ in
            preconditionFailure("two definitions of step \(first.key)")
        }
        self.effects = effects
        self.destinations = destinations
        self.schedules = schedules
        self.configuration = configuration
        self.logger = logger
        var heartbeats = pool.configuration
        heartbeats.poolSize = 1
        heartbeats.applicationName += " heartbeat"
        // A half-open connection must not outlast the lease.
        heartbeats.answerTimeout = configuration.lease / 3
        heartbeats.acquireTimeout = configuration.lease / 3
        heartbeatConfiguration = heartbeats
        var upkeep = heartbeats
        upkeep.applicationName = pool.configuration.applicationName + " upkeep"
        // To rescue many jobs is to read the whole table.
        upkeep.answerTimeout = max(Self.upkeepTimeout, configuration.lease / 3)
        upkeepConfiguration = upkeep
    }

    private static let upkeepTimeout = Duration.seconds(60)

    /// Counters since the start.
    package var statistics: WorkerStatistics {
        shared.withLock { $0.engine?.counters.withLock { $0 } ?? $0.statistics }
    }

    /// Runs jobs until ``stop()`` is called or the task is cancelled, which means the same; returns when what was under
    /// way is recorded, or handed over to whoever rescues it.
    package func run() async {
        await withTaskCancellationHandler {
            // In a task of its own: what is under way at a cancellation must still be recorded.
            await Task { await live() }.value
        } onCancel: {
            stop()
        }
    }

    /// Ends ``run()``: nothing more is claimed, runs under way have ``WorkerConfiguration/grace`` to end.
    package func stop() {
        let engine = shared.withLock { shared in
            shared.stopping = true
            return shared.engine
        }
        engine?.stop()
    }

    private var isStopping: Bool { shared.withLock { $0.stopping } }

    private func live() async {
        let heartbeats = PostgresPool(heartbeatConfiguration)
        let upkeep = PostgresPool(upkeepConfiguration)
        let listener = listenerConfiguration.map { PostgresListener($0, channels: ["fiscal_job"]) }
        while !isStopping {
            guard let engine = await register() else { break }
            let mustStop = shared.withLock { shared in
                shared.engine = engine
                return shared.stopping
            }
            if mustStop { engine.stop() }
            await engine.run(heartbeats: heartbeats, upkeep: upkeep, listener: listener)
            shared.withLock { shared in
                shared.statistics = engine.counters.withLock { $0 }
                if !shared.stopping { shared.statistics.deaths += 1 }
                shared.engine = nil
            }
        }
        await listener?.stop()
        await heartbeats.close()
        await upkeep.close()
    }

    /// Registers, trying until it succeeds or the worker is stopped.
    private func register() async -> Engine? {
        var failures = 0
        while !isStopping {
            let sent = ContinuousClock.now
            do {
                let id = try await QueueStore.register(in: pool, configuration, Array(steps.values))
                let lease = LeaseWatch(until: sent.advanced(by: configuration.lease))
                let store = QueueStore(
                    pool: pool, worker: id, lease: lease, effects: effects,
                    habits: ClaimHabits(Array(steps.values), configuration))
                try await store.declare(destinations, schedules)
                logger.info("queue: registered", metadata: ["worker": "\(id)"])
                return Engine(
                    store: store, configuration, steps, logger: logger,
                    statistics: shared.withLock { $0.statistics })
            } catch {
                failures += 1
                if failures == 1 { logger.error("queue: cannot register", metadata: ["error": "\(error)"]) }
                let pause = Backoff(base: .milliseconds(100), limit: .seconds(2)).delay(afterFailures: failures)
                try? await Task.sleep(for: pause, clock: .continuous)
            }
        }
        return nil
    }
}
