import FoundationEssentials
import Subprocess
import Synchronization

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// A worker or a gateway as a process of its own, as an operator would start it.
final class DemoProcess: Sendable {
    private let log: String
    private let control: AsyncStream<Signal>.Continuation
    private let running: Task<Void, Never>

    /// Starts this very program with `command`; what it logs goes to the file at `log`.
    init(_ command: String, configuration: String, log: String) {
        self.log = log
        let (signals, control) = AsyncStream.makeStream(of: Signal.self)
        self.control = control
        running = Task {
            do {
                let file = try FileDescriptor.open(
                    FilePath(log), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
                _ = try await Subprocess.run(
                    .path(FilePath(try DemoProgram.path())),
                    arguments: [command, "--config", configuration, "--with-parent"], input: .none,
                    output: .discarded, error: .fileDescriptor(file, closeAfterSpawningProcess: true)
                ) { execution in
                    for await signal in signals { try? execution.send(signal: signal) }
                }
            } catch {
                StandardError.write("the \(command) could not be run: \(error)")
            }
        }
    }

    /// Ends it at once, as the kernel would: nothing is finished, nothing handed back.
    func kill() async {
        control.yield(.kill)
        control.finish()
        await running.value
    }

    /// Asks it to finish what it runs, and waits for its end.
    func stop() async {
        control.yield(.terminate)
        control.finish()
        await running.value
    }
}
