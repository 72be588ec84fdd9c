import FoundationEssentials
import Subprocess
import Testing

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// The built program while it runs: what it says on standard output, line by line.
enum TalkingProcess {
    /// What it had said when it ended, and how it ended.
    struct End: Sendable {
        let lines: [String]
        let error: String
        let status: Int32
    }

    /// Runs it until `isEnough` of what it has said, then sends SIGTERM and waits for its end.
    ///
    /// - Throws: ``NotSaid`` if it ends before, or has not said enough after four minutes.
    static func run(
        _ arguments: [String], until isEnough: @escaping @Sendable ([String]) -> Bool
    ) async throws -> End {
        let result = try await Subprocess.run(
            .path(try Program.path), arguments: Arguments(arguments), input: .none, output: .sequence,
            error: .string(limit: 1 << 20)
        ) { execution in
            let impatience = Task {
                try await Task.sleep(for: .seconds(240))
                try execution.send(signal: .kill)
            }
            defer { impatience.cancel() }
            var (lines, isTold) = ([String](), false)
            for try await line in execution.standardOutput.strings() {
                lines.append(line)
                if !isTold, isEnough(lines) {
                    isTold = true
                    try execution.send(signal: .terminate)
                }
            }
            guard isTold else { throw NotSaid(lines: lines) }
            return lines
        }
        return End(
            lines: result.closureResult, error: result.standardError, status: Program.code(of: result.terminationStatus)
        )
    }

    /// It ended, or was ended, before it had said what was awaited.
    struct NotSaid: Error {
        let lines: [String]
    }
}
