import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(10))) struct ThreadExecutorTests {
    private actor Worker {
        let executor: ThreadExecutor
        var count = 0

        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        init(_ name: String) { executor = ThreadExecutor(name: name) }

        func add() -> (count: Int, thread: UInt) {
            count += 1
            return (count, UInt(pthread_self()))
        }
    }

    private func threads(named name: String) throws -> Int {
        let tasks = "/proc/self/task"
        return try FileManager.default.contentsOfDirectory(atPath: tasks).count { task in
            let comm = FileManager.default.contents(atPath: "\(tasks)/\(task)/comm") ?? Data()
            return String(decoding: comm, as: UTF8.self) == name + "\n"
        }
    }

    @Test func everythingRunsOnOneNamedThread() async throws {
        let worker = Worker("only-thread")
        var seen: Set<UInt> = []
        for n in 1...100 {
            let (count, thread) = await worker.add()
            #expect(count == n)
            seen.insert(thread)
        }
        #expect(seen.count == 1)
        #expect(try threads(named: "only-thread") == 1)
        await worker.executor.stop()
        await worker.executor.stop()
        try await eventually { try threads(named: "only-thread") == 0 }
    }

    @Test func fiftyStartsAndStopsLeaveNoThread() async throws {
        for _ in 0..<50 {
            let worker = Worker("many-threads")
            async let first = worker.add()
            async let second = worker.add()
            #expect(await first.count + second.count == 3)
            await worker.executor.stop()
        }
        try await eventually { try threads(named: "many-threads") == 0 }
    }
}
