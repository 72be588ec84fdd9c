import Postgres
import Testing

@testable import JobQueue

extension ModelAndDatabase {
    /// A heartbeat, also of a worker that was called dead, or that was silent for long.
    mutating func beat() async throws {
        let worker = Int64.random(in: 1...(stores.map(\.worker.rawValue).max() ?? 1), using: &random)
        if Bool.random(using: &random) {
            try await sql("UPDATE fiscal.worker SET heartbeat_at = now() - interval '40 minutes' WHERE id = \(worker)")
            let before = try await now.advanced(by: .seconds(-2400))
            model.workers[worker]?.heartbeatAt = before
        }
        let isAlive = try await store(of: worker).heartbeat(over: pool)
        let moment = try await now
        #expect(isAlive == model.heartbeat(worker, at: moment), "seed \(seed): \(story.suffix(12))")
        story.append("beat \(worker)")
    }

    /// A worker's lease runs out; somebody, who may judge or not, calls it dead. If it was, its jobs are rescued.
    mutating func lose() async throws {
        let index = Int.random(in: 0..<stores.count, using: &random)
        let lost = stores[index].worker.rawValue
        try await sql("UPDATE fiscal.worker SET lease_until = now() - interval '1 second' WHERE id = \(lost)")
        let end = try await now.advanced(by: .seconds(-1))
        model.workers[lost]?.leaseUntil = end
        let judge =
            Int.random(in: 0..<3, using: &random) > 0 ? rescuer : stores.randomElement(using: &random) ?? rescuer
        let buried = try await judge.bury(over: pool)
        let moment = try await now
        #expect(buried == model.bury(by: judge.worker.rawValue, at: moment), "seed \(seed): \(story.suffix(12))")
        story.append("\(judge.worker) calls \(lost) dead: \(buried)")
        let rescued = try await rescuer.rescue(1000, over: pool)
        let became = model.rescue(at: moment)
        #expect(
            rescued.map { "\($0.job) \($0.became)" }.sorted() == became.map { "\($0.job) \($0.became)" }.sorted(),
            "seed \(seed): \(story.suffix(12))")
        guard buried > 0 else {
            // It comes to itself again.
            let isAlive = try await stores[index].heartbeat(over: pool)
            let moment = try await now
            #expect(isAlive == model.heartbeat(lost, at: moment))
            return
        }
        stale += held.filter { $0.worker == lost }
        held.removeAll { $0.worker == lost }
        stores[index] = try await hire()
    }

    mutating func handBack() async throws {
        let store = stores[0]
        let known = held.filter { $0.worker == store.worker.rawValue && $0.real.job.rawValue % 2 == 0 }
            .map { RunID($0.real) }
        let start = try await now
        let returned = try await store.handBackUnknown(known: known)
        let moment = try await now
        #expect(
            returned.map(\.rawValue).sorted()
                == model.handBackUnknown(store.worker.rawValue, known: known, before: moment, at: moment).sorted())
        try await equalise(since: start)
        let isLost = { (one: Held) in one.worker == store.worker.rawValue && !known.contains(RunID(one.real)) }
        stale += held.filter(isLost)
        held.removeAll(where: isLost)
        story.append("hand back \(returned)")
    }
}
