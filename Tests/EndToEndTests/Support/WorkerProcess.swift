import FoundationEssentials
import Subprocess
import Synchronization
import Testing

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// A worker, or another command that runs until it is stopped, as a process of its own, which can be killed as the
/// kernel kills.
final class WorkerProcess: Sendable {
    private let log: String
    private let control: AsyncStream<Signal>.Continuation
    private let running: Task<Int32, any Error>

    /// Starts `fiscal-relay worker`; what it logs goes to the file at `log`.
    convenience init(configuration: String, log: String, command: String = "worker") {
        self.init([command, "--config", configuration], log: log)
    }

    /// Starts a command that knows `--with-parent`; what it logs goes to the file at `log`.
    init(_ arguments: [String], log: String) {
        self.log = log
        let (signals, control) = AsyncStream.makeStream(of: Signal.self)
        self.control = control
        running = Task {
            let file = try FileDescriptor.open(
                FilePath(log), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
            let result = try await Subprocess.run(
                .path(try Program.path), arguments: Arguments(arguments + ["--with-parent"]),
                input: .none, output: .discarded, error: .fileDescriptor(file, closeAfterSpawningProcess: true)
            ) { execution in
                for await signal in signals { try? execution.send(signal: signal) }
            }
            return Program.code(of: result.terminationStatus)
        }
    }

    /// Everything it has logged so far.
    var logText: String {
        String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
    }

    /// Sends a last signal and waits for the end; returns the exit status, 256 + signal if it was killed.
    func end(_ signal: Signal) async throws -> Int32 {
        control.yield(signal)
        control.finish()
        return try await running.value
    }
}

/// Runs worker processes with this configuration while `body` runs, and asks whoever is left to stop.
func withWorkers(
    _ count: Int, _ stage: Stage, _ shops: [ShopSpec] = [ShopSpec()],
    _ body: (_ workers: [WorkerProcess], _ start: () -> WorkerProcess) async throws -> Void
) async throws {
    try await withDirectory { directory in
        let configuration = directory + "/fiscal-relay.yaml"
        try stage.yaml(shops).write(toPath: configuration)
        let started = Mutex<[WorkerProcess]>([])
        let start = {
            let number = started.withLock { $0.count }
            let worker = WorkerProcess(configuration: configuration, log: "\(directory)/\(number).log")
            started.withLock { $0.append(worker) }
            return worker
        }
        let workers = (0..<count).map { _ in start() }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(workers, start))
        } catch {
            result = .failure(error)
        }
        for worker in started.withLock({ $0 }) {
            _ = try? await worker.end(.terminate)
            for secret in Sample.secrets {
                #expect(!worker.logText.contains(secret), "a worker's log holds a secret")
            }
        }
        try result.get()
    }
}
