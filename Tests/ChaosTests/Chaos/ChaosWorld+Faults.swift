import EmbeddedPostgres
import Glibc
import Postgres
import Sandbox
import Synchronization

@testable import EmbeddedPostgres

/// Faults, each with what shows that it took effect. Whatever it befalls may be away at that moment, by another fault:
/// then it is waited for, and tried again, so that no fault passes unfelt because of its hour.
extension ChaosWorld {
    /// How long a fault waits for its victim, and for what shows it.
    static let patience: Duration = .seconds(60)
    /// How long the evening may last, in which provider and portal still do what they were told to.
    static let evening: Duration = .seconds(240)

    /// Why kinds of faults cannot be carried out here, a sentence each.
    var incapacities: [String] {
        var found: [String] = []
        if databaseDisk == nil || logDisk == nil {
            found.append("disks cannot be filled, since this process may not mount (run as root)")
        }
        if !ChaosProcess.canShiftClock {
            found.append("no clock can be set off: Debian's faketime is not installed, or CHAOS_CLOCK is 0")
        }
        if pooler == nil { found.append("no pgbouncer can be restarted, since Debian's is not installed") }
        return found
    }

    /// Carries the plan out, each fault at its time; returns when the last one is over, and all have had their effect as
    /// far as anybody waits for that.
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
        await befall()
    }

    private func carryOut(_ fault: ChaosFault) async {
        switch fault {
        case .killWorker(let number): await end(workers[number], by: SIGKILL, fault)
        case .terminateWorker(let number): await end(workers[number], by: SIGTERM, fault)
        case .killGateway: await end(gateway, by: SIGKILL, fault)
        case .freezeWorker(let number, let seconds): await freeze(workers[number], seconds, fault)
        case .freezeGateway(let seconds): await freeze(gateway, seconds, fault)
        case .shiftClock(let number, let hours):
            guard ChaosProcess.canShiftClock else { return story.tell("NOT DONE: no faketime") }
            note(fault, await shiftClock(of: workers[number], hours))
        case .stopDatabase(let seconds):
            let words = ["received fast shutdown request"]
            note(fault, await bringDown(words, for: seconds) { await $0.halt() })
        case .crashDatabase(let seconds):
            let words = ["received immediate shutdown request", "was not properly shut down"]
            note(fault, await bringDown(words, for: seconds) { await $0.crash(.immediate) })
        case .killDatabase:
            note(fault, await bringDown(["was not properly shut down"], for: 0) { await $0.crash(.kill) })
        case .suspendDatabase(let seconds): note(fault, await suspendDatabase(seconds))
        case .terminateBackends: note(fault, await terminateBackends())
        case .fillDatabaseDisk(let seconds):
            guard let databaseDisk else { return story.tell("NOT DONE: no disk to fill") }
            note(fault, await fillDatabaseDisk(databaseDisk, seconds))
        case .fillLogDisk(let seconds):
            guard let logDisk else { return story.tell("NOT DONE: no disk to fill") }
            note(fault, await fillLogDisk(logDisk, seconds))
        case .cutConnections(let number): note(fault, await cutConnections(proxies[number]))
        case .halfOpen(let number, let seconds, let heals):
            note(fault, await leaveHalfOpen(proxies[number], seconds, heals))
        case .holdTransaction(let seconds): note(fault, await holdTransaction(seconds))
        case .restartPooler:
            guard pooler != nil else { return story.tell("NOT DONE: no pgbouncer") }
            note(fault, await restartPooler())
        case .portal(let trouble): order(Self.rule(trouble), fault)
        case .provider(let trouble): order(Self.rule(trouble), fault)
        case .bitrixDown(let seconds): note(fault, await takeBitrixDown(seconds))
        }
    }

    func note(_ fault: ChaosFault, _ seen: String?, _ process: pid_t? = nil) {
        story.tell("\(fault): \(seen ?? "NOTHING SHOWS IT")")
        deeds.withLock { $0.append(ChaosDeed(fault: fault, seen: seen, process: process)) }
    }

    func pause(_ seconds: Int) async {
        try? await Task.sleep(for: .seconds(seconds), clock: .continuous)
    }

    /// What `look` comes to see, looking again and again; nil: nothing, for as long as anybody waits.
    func seen<Value>(within limit: Duration = patience, _ look: () async -> Value?) async -> Value? {
        let deadline = ContinuousClock.now + limit
        while true {
            if let found = await look() { return found }
            guard ContinuousClock.now < deadline, !Task.isCancelled else { return nil }
            try? await Task.sleep(for: .milliseconds(50), clock: .continuous)
        }
    }

    // MARK: Processes of ours

    private func end(_ place: ChaosProcess, by signal: Int32, _ fault: ChaosFault) async {
        let victim = await seen { place.signal(signal) }
        guard let victim else { return note(fault, nil) }
        func waitForEnd() async -> Bool {
            await seen { place.processID != victim ? true : nil } ?? false
        }
        var hasEnded = await waitForEnd()
        if !hasEnded, place.hasShiftedClock(victim) {
            // Under faketime a process has been seen in which no timer went off any more.
            place.signal(SIGKILL)
            hasEnded = await waitForEnd()
        }
        note(fault, hasEnded ? "process \(victim) is gone" : nil, victim)
    }

    private func freeze(_ place: ChaosProcess, _ seconds: Int, _ fault: ChaosFault) async {
        place.hold()
        let victim = await seen { place.stopped() }
        await pause(seconds)
        var seen = victim.map { "process \($0) stood still" }
        if let victim, case .freezeWorker = fault, seconds > Self.lease {
            let lease = await self.seen { await fate(ofLeaseOf: victim) }
            seen = lease.map { "process \(victim) stood still, and \($0)" }
        }
        place.letGo()
        note(fault, seen, victim)
    }

    /// What became of the lease of a process that stands still; nil: it lasts, or the database is away.
    private func fate(ofLeaseOf process: pid_t) async -> String? {
        try? await texts(
            """
            SELECT coalesce((
                SELECT CASE WHEN dead_at IS NOT NULL THEN 'it was called dead'
                            WHEN stopped_at IS NOT NULL THEN 'it had said goodbye'
                            WHEN lease_until < clock_timestamp() THEN 'its lease ran out' ELSE '' END
                FROM fiscal.worker WHERE name LIKE '%:\(process)' ORDER BY id DESC LIMIT 1), 'it had no lease yet')
            """
        ).first { !$0.isEmpty }
    }

    private func shiftClock(of place: ChaosProcess, _ hours: Int) async -> String? {
        place.setClock(hours: hours)
        let former = place.signal(SIGTERM)
        if let former {
            let hasEnded = await seen { place.processID != former ? true : nil }
            if hasEnded == nil, place.hasShiftedClock(former) { place.signal(SIGKILL) }
        }
        return await seen { place.lineWritten(hoursOff: hours) }.map { "it wrote “\($0)”" }
    }

    private func restartPooler() async -> String? {
        let before = await seen { poolerProcess.withLock { $0?.processID } }
        stopPooler()
        let after = await seen { () -> pid_t? in
            do { try startPooler() } catch { story.tell("pgbouncer cannot be started: \(error)") }
            return poolerProcess.withLock { $0?.processID }
        }
        guard let before, let after, before != after, !ProcessTable.isRunning(before) else { return nil }
        return "it was process \(before) and is \(after)"
    }

    // MARK: Connections

    private func cutConnections(_ proxy: ChaosProxy) async -> String? {
        await seen { () -> Int? in
            let count = await proxy.cut()
            return count > 0 ? count : nil
        }.map { "\($0) were reset" }
    }

    private func leaveHalfOpen(_ proxy: ChaosProxy, _ seconds: Int, _ heals: Bool) async -> String? {
        _ = await proxy.freeze()
        await pause(seconds)
        // Whoever else let the proxy go on meanwhile is overruled: the day is long enough.
        let held = await seen { () -> Int? in
            let count = await proxy.freeze()
            return count > 0 ? count : nil
        }
        if !heals { _ = await proxy.cut() }
        proxy.thaw()
        return held.map { "on \($0) of them words were held back" }
    }

    // MARK: Provider and portal

    private func order(_ rule: FaultRule, _ fault: ChaosFault) {
        sandbox.faults.order([rule])
        // What shows it is taken down in the evening.
        deeds.withLock { $0.append(ChaosDeed(fault: fault)) }
    }

    private func takeBitrixDown(_ seconds: Int) async -> String? {
        let down = FaultRule(.close(accepting: false), service: .bitrix, times: .max)
        sandbox.faults.order([down])
        await pause(seconds)
        let count = await seen { () -> Int? in
            await hasten()
            let fired = sandbox.faults.state.first { $0.rule == down }?.fired ?? 0
            return fired > 0 ? fired : nil
        }
        // It alone: what else befalls the portal waits until it can.
        sandbox.faults.withdraw(down)
        return count.map { "it befell \($0) requests" }
    }

    /// Waits until whatever provider and portal were told to do has befallen somebody, and takes down how often.
    ///
    /// An order that came late in the day would be felt by nobody otherwise, and then prove nothing.
    private func befall() async {
        story.tell("evening: what was ordered of provider and portal has its turn")
        _ = await seen(within: Self.evening) { () -> Bool? in
            if sandbox.faults.state.allSatisfy({ $0.fired > 0 }) { return true }
            await hasten()
            return nil
        }
        var orders = sandbox.faults.state
        for (rule, fired) in orders { story.tell("\(fired) times: \(rule.fault)") }
        deeds.withLock { deeds in
            for index in deeds.indices {
                guard let rule = Self.rule(of: deeds[index].fault),
                    let place = orders.firstIndex(where: { $0.rule == rule })
                else { continue }
                let fired = orders.remove(at: place).fired
                if fired > 0 { deeds[index].seen = "it befell \(fired) requests" }
            }
        }
    }

    /// What waits for a provider or portal to come back comes to it now, where production would wait for minutes.
    private func hasten() async {
        _ = try? await owner.execute(Self.hastenLater)
        _ = try? await owner.execute(Self.reopen)
    }

    private static let hastenLater = Statement(
        "chaos.hasten_later",
        """
        UPDATE fiscal.job SET run_at = clock_timestamp() + interval '100 ms'
        WHERE state = 'later' AND run_at > clock_timestamp() + interval '1 second'
        """)
}
