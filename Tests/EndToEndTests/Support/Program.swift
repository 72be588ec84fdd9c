import FoundationEssentials
import Subprocess
import Testing

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// The built `fiscal-relay`, run as an operator runs it.
enum Program {
    struct Result: Sendable {
        let status: Int32
        let output: String
        let error: String
    }

    /// It lies beside the test bundle.
    static var path: FilePath {
        get throws {
            let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let path = FilePath(bundle).removingLastComponent().appending("fiscal-relay")
            try #require(FileManager.default.isExecutableFile(atPath: path.string), "\(path) is not built")
            return path
        }
    }

    /// Runs it to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], input: String = ""
    ) async throws -> Result {
        let result = try await Subprocess.run(
            .path(try path), arguments: Arguments(arguments), environment: Self.environment(environment),
            input: .string(input), output: .string(limit: 4 << 20), error: .string(limit: 4 << 20))
        return Result(
            status: code(of: result.terminationStatus), output: result.standardOutput,
            error: result.standardError)
    }

    static func environment(_ more: [String: String]) -> Environment {
        .inherit.updating(
            Dictionary(uniqueKeysWithValues: more.map { (Environment.Key(stringLiteral: $0.key), $0.value) }))
    }

    /// 256 and more: ended by that signal.
    static func code(of status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let signal): 256 + signal
        }
    }
}

/// A directory that is gone after the test.
func withDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = FileManager.default.temporaryDirectory.path() + "fiscal-relay-e2e-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

extension String {
    func write(toPath path: String) throws {
        try Data(utf8).write(to: URL(filePath: path))
    }
}
