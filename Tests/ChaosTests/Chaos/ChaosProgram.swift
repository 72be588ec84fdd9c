import FoundationEssentials
import Subprocess
import Testing

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// The built `fiscal-relay`, beside the test bundle.
enum ChaosProgram {
    static var path: String {
        get throws {
            let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let path = FilePath(bundle).removingLastComponent().appending("fiscal-relay").string
            try #require(FileManager.default.isExecutableFile(atPath: path), "\(path) is not built")
            return path
        }
    }

    /// Runs it to its end; returns its exit status (256 and more: a signal), output and errors.
    static func run(_ arguments: [String]) async throws -> (status: Int32, output: String, error: String) {
        let result = try await Subprocess.run(
            .path(FilePath(try path)), arguments: Arguments(arguments), input: .none,
            output: .string(limit: 16 << 20), error: .string(limit: 4 << 20))
        let status: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): 256 + signal
            }
        return (status, result.standardOutput, result.standardError)
    }
}
