import FoundationEssentials
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// This very program, run once more as a person would run it.
enum DemoProgram {
    /// The file that runs.
    static func path() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }

    /// Runs a command to its end.
    ///
    /// - Throws: ``CommandFailure`` with what it said, if it failed.
    static func run(_ arguments: [String], environment: [String: String]) async throws {
        let more = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value as String?) }
        let result = try await Subprocess.run(
            .path(FilePath(try path())), arguments: Arguments(arguments),
            environment: .inherit.updating(Dictionary(uniqueKeysWithValues: more)), output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16))
        guard result.terminationStatus.isSuccess else {
            let said = [result.standardOutput, result.standardError].compactMap(\.self).filter { !$0.isEmpty }
            throw CommandFailure("\(arguments.prefix(2).joined(separator: " ")): \(said.joined(separator: " "))")
        }
    }
}
