import EmbeddedPostgres
import Glibc
import Postgres
import Sandbox
import Synchronization

extension ChaosWorld {
    /// Carries the plan out, each fault at its time; returns when the last one is over.
    func carryOut(_ plan: ChaosPlan) async {
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for act in plan.acts {
                // The one place that is about time: a fault comes when the plan says.
                try? await Task.sleep(until: start.advanced(by: act.at), clock: .continuous)
                guard !Task.isCancelled else { break }
                story.tell(act.fault.description)
                group.addTask { await self.carryOut(act.fault) }
            }
            try? await Task.sleep(until: start.advanced(by: .seconds(plan.seconds)), clock: .continuous)
        }
    }

    private func pause(_ seconds: Int) async {
        try? await Task.sleep(for: .seconds(seconds), clock: .continuous)
    }

    private func carryOut(_ fault: ChaosFault) async {
        switch fault {
        case .killWorker(let number): note(fault, workers[number].signal(SIGKILL))
        case .freezeWorker(let number, let seconds):
            note(fault, workers[number].signal(SIGSTOP))
            await pause(seconds)
            workers[number].signal(SIGCONT)
        case .terminateWorker(let number): note(fault, workers[number].signal(SIGTERM))
        case .shiftClock(let number, let hours):
            guard ChaosProcess.canShiftClock else { return story.tell("NOT DONE: no faketime") }
            workers[number].setClock(hours: hours)
            workers[number].signal(SIGTERM)
        case .stopDatabase(let seconds):
            await cluster.halt()
            await pause(seconds)
            await restartDatabase()
        case .crashDatabase(let seconds):
            await cluster.crash(.immediate)
            await pause(seconds)
            await restartDatabase()
        case .killDatabase:
            await cluster.crash(.kill)
            await restartDatabase()
        case .suspendDatabase(let seconds):
            await cluster.suspend()
            await pause(seconds)
            await cluster.resume()
        case .terminateBackends:
            await tell(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'fiscal-relay%' AND pid % 2 = 0"
            )
        case .fillDatabaseDisk(let seconds):
            guard let databaseDisk else { return story.tell("NOT DONE: no disk to fill") }
            databaseDisk.fill()
            await pause(seconds)
            databaseDisk.clear()
            await restartDatabase(onlyIfDown: true)
        case .fillLogDisk(let seconds):
            guard let logDisk else { return story.tell("NOT DONE: no disk to fill") }
            logDisk.fill()
            await pause(seconds)
            logDisk.clear()
        case .cutConnections(let number): proxies[number].cut()
        case .halfOpen(let number, let seconds, let heals):
            proxies[number].freeze()
            await pause(seconds)
            if !heals { proxies[number].cut() }
            proxies[number].thaw()
        case .holdTransaction(let seconds): await holdTransaction(seconds)
        case .restartPooler:
            guard pooler != nil else { return story.tell("NOT DONE: no pgbouncer") }
            stopPooler()
            do { try startPooler() } catch { story.tell("pgbouncer cannot be started: \(error)") }
        case .killGateway: note(fault, gateway.signal(SIGKILL))
        case .freezeGateway(let seconds):
            gateway.signal(SIGSTOP)
            await pause(seconds)
            gateway.signal(SIGCONT)
        case .portal(let trouble):
            sandbox.faults.order([Self.rule(trouble)])
            note(fault)
        case .provider(let trouble):
            sandbox.faults.order(Self.rules(trouble))
            note(fault)
        case .bitrixDown(let seconds):
            let down = FaultRule(.close(accepting: false), service: .bitrix, times: .max)
            sandbox.faults.order([down])
            note(fault)
            await pause(seconds)
            count { $0 == down }
            // It alone: what else befalls the portal waits until it can.
            sandbox.faults.withdraw(down)
        }
    }

    private func note(_ fault: ChaosFault, _ isDone: Bool = true) {
        guard isDone else { return story.tell("NOT DONE: nobody was there for it: \(fault)") }
        done.withLock { $0.append(fault) }
    }

    /// Takes down how often orders for trouble have been carried out that are to be withdrawn.
    func count(_ isMeant: (FaultRule) -> Bool = { _ in true }) {
        for (rule, fired) in sandbox.faults.state where isMeant(rule) {
            story.tell("\(fired) times: \(rule.fault)")
            if let service = rule.service { troubles.withLock { $0[service, default: 0] += fired } }
        }
    }

    /// The server is up when this returns, whatever it died of.
    func restartDatabase(onlyIfDown: Bool = false) async {
        if onlyIfDown, await answers() { return }
        do {
            try await cluster.restart()
            story.tell("the database is back")
        } catch {
            story.tell("the database cannot be started: \(error)")
        }
    }

    private func answers() async -> Bool {
        do {
            try await owner.execute(Statement("chaos.alive", "SELECT 1"))
            return true
        } catch {
            return false
        }
    }

    private func tell(_ sql: String) async {
        do {
            try await owner.execute(Statement("chaos.fault", sql))
        } catch {
            story.tell("the database was not there to be told: \(error)")
        }
    }

    /// An event of a lane at work commits seconds after it was written; nothing that dies meanwhile can be vacuumed.
    private func holdTransaction(_ seconds: Int) async {
        await tell(
            """
            WITH late AS (
                INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
                SELECT o.shop, 'order.cancelled', 'late:' || o.id, o.subject, '{"v": 1}' FROM fiscal.outbox o
                WHERE o.subject <> '' ORDER BY o.id DESC LIMIT 1 ON CONFLICT DO NOTHING
                RETURNING 1)
            SELECT pg_sleep(\(seconds)), (SELECT count(*) FROM late)
            """)
    }

    private static func rule(_ trouble: ChaosFault.PortalTrouble) -> FaultRule {
        let fault: Fault =
            switch trouble {
            case .acceptingAndResetting: .reset(accepting: true)
            case .never: .timeout(accepting: true, hold: .seconds(3))
            case .garbage: .garbage(accepting: true)
            case .busy: .status(503, code: nil, message: nil, retryAfter: 1, accepting: false)
            }
        return FaultRule(fault, service: .bitrix, times: 4)
    }

    private static func rules(_ trouble: ChaosFault.ProviderTrouble) -> [FaultRule] {
        func rule(_ fault: Fault, times: Int = 5, method: String? = nil) -> FaultRule {
            FaultRule(fault, service: .cloudKassir, method: method, times: times)
        }
        return switch trouble {
        case .late: [rule(.latency(.seconds(2)))]
        case .never: [rule(.timeout(accepting: true, hold: .seconds(3)))]
        case .neverAndNotAccepted: [rule(.timeout(accepting: false, hold: .seconds(3)))]
        case .acceptingAndResetting: [rule(.reset(accepting: true), method: "POST")]
        case .reset: [rule(.reset(accepting: false))]
        case .closed: [rule(.close(accepting: true))]
        case .garbage: [rule(.garbage(accepting: true))]
        case .truncated: [rule(.truncated(accepting: true))]
        case .error500:
            [rule(.status(500, code: nil, message: nil, retryAfter: nil, accepting: true), method: "POST")]
        case .throttled: [rule(.status(429, code: nil, message: nil, retryAfter: 1, accepting: false), times: 3)]
        case .slowPrinting: [rule(.wait(polls: 2), times: 10, method: "POST")]
        case .passingFailure:
            [rule(.fail(code: "ofd_unavailable", message: "later", passing: true), times: 2, method: "POST")]
        case .finalFailure:
            [rule(.fail(code: "chaos_refused", message: "never", passing: false), times: 2, method: "POST")]
        }
    }
}
