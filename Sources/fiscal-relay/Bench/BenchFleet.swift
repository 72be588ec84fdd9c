import FoundationEssentials
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// Workers under measurement: processes of this very program that run `bench worker`, and what they have said so far.
actor BenchFleet {
    /// What one worker has said.
    struct Member: Sendable {
        var process: pid_t = 0
        var readyAt: MonotonicInstant?
        /// Jobs recorded, and when it said so.
        var done = 0
        var doneAt: MonotonicInstant?
        var hasEnded = false
    }

    private var members: [Member]
    private var terminations: [@Sendable () throws -> Void] = []
    private var tasks: [Task<Void, Never>] = []
    private var waiters:
        [(condition: @Sendable (BenchFleet.Count) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    private var isStopping = false
    /// Peak memory of the largest and CPU time of all, read when they had done their work and were still there.
    private(set) var residentMegabytes = 0.0
    private(set) var processorSeconds = 0.0

    /// All workers together.
    struct Count: Sendable {
        let areReady: Bool
        let readyAt: MonotonicInstant?
        let done: Int
        let doneAt: MonotonicInstant?
        let haveLost: Bool
    }

    private init(size: Int) {
        members = Array(repeating: Member(), count: size)
    }

    /// Lends `replicas` workers, all of them ready, to `body`; they are stopped in order afterwards.
    ///
    /// - Parameters:
    ///   - replicas: How many.
    ///   - database: What they work on.
    ///   - settings: How each works.
    ///   - records: Where each writes its record, if it does.
    ///   - body: What is measured while they work.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws; ``CommandFailure`` if a worker ends by itself.
    static func with<Value>(
        _ replicas: Int, on database: BenchDatabase, _ settings: BenchWorkerSettings, records: [String] = [],
        _ body: (BenchFleet) async throws -> Value
    ) async throws -> Value {
        let fleet = BenchFleet(size: replicas)
        for index in 0..<replicas {
            var arguments = ["bench", "worker", "--database", database.url, "--with-parent"] + settings.arguments
            if index < records.count { arguments += ["--record", records[index]] }
            await fleet.start(index, arguments)
        }
        do {
            try await fleet.wait { $0.areReady }
            let value = try await body(fleet)
            await fleet.stop()
            return value
        } catch {
            await fleet.stop()
            throw error
        }
    }

    var count: Count {
        Count(
            areReady: members.allSatisfy { $0.readyAt != nil }, readyAt: members.compactMap(\.readyAt).min(),
            done: members.reduce(0) { $0 + $1.done }, doneAt: members.compactMap(\.doneAt).max(),
            haveLost: members.contains { $0.hasEnded } && !isStopping)
    }

    /// Waits until all workers together have come that far.
    ///
    /// - Throws: ``CommandFailure`` if one of them ends.
    func wait(until condition: @escaping @Sendable (Count) -> Bool) async throws {
        if !condition(count), !count.haveLost {
            await withCheckedContinuation { waiters.append((condition, $0)) }
        }
        if count.haveLost { throw CommandFailure("a worker under measurement has ended") }
    }

    /// Reads from `/proc` what the workers have used so far.
    func weigh() {
        let usages = members.compactMap { ProcessUsage.of($0.process) }
        residentMegabytes = usages.map(\.peakMegabytes).max() ?? 0
        processorSeconds = usages.reduce(0) { $0 + $1.processorSeconds }
    }

    /// Asks all to finish what they run, and waits for their ends.
    func stop() async {
        isStopping = true
        for terminate in terminations { try? terminate() }
        for task in tasks { await task.value }
    }

    private func start(_ index: Int, _ arguments: [String]) {
        tasks.append(
            Task {
                do {
                    let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
                    _ = try await Subprocess.run(
                        .path(FilePath(path)), arguments: Arguments(arguments), input: .none, output: .sequence,
                        error: .currentStandardError
                    ) { execution in
                        self.began(index, pid_t(execution.processIdentifier.value)) {
                            try execution.send(signal: .terminate)
                        }
                        for try await line in execution.standardOutput.strings() { self.heard(line, from: index) }
                    }
                } catch {
                    StandardError.write("a worker could not be run: \(error)")
                }
                self.ended(index)
            })
    }

    private func began(_ index: Int, _ process: pid_t, terminate: @escaping @Sendable () throws -> Void) {
        members[index].process = process
        terminations.append(terminate)
    }

    private struct Line: Decodable {
        var ready: Double?
        var done: Int?
        var t: Double?
    }

    private func heard(_ text: String, from index: Int) {
        guard let line = try? JSONDecoder().decode(Line.self, from: Data(text.utf8)) else { return }
        func instant(_ seconds: Double) -> MonotonicInstant {
            MonotonicInstant(nanoseconds: Int64((seconds * 1_000_000_000).rounded()))
        }
        if let ready = line.ready { members[index].readyAt = instant(ready) }
        if let done = line.done, let time = line.t, done > members[index].done {
            members[index].done = done
            members[index].doneAt = instant(time)
        }
        tellWaiters()
    }

    private func ended(_ index: Int) {
        members[index].hasEnded = true
        tellWaiters()
    }

    private func tellWaiters() {
        let count = count
        let satisfied = waiters.filter { count.haveLost || $0.condition(count) }
        waiters.removeAll { count.haveLost || $0.condition(count) }
        for waiter in satisfied { waiter.continuation.resume() }
    }
}
