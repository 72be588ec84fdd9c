import FoundationEssentials
import Glibc
import Subprocess
import Testing

@testable import Sandbox

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// Public Python clients, installed once under `.build/python-clients` at the versions of `Clients/requirements.txt`.
///
/// Without network the first run fails and says so: a stand-in that nobody else has spoken to proves nothing, and a
/// test that skips itself is green for years. Later runs need no network. To go without: `--skip ClientTests`.
enum PythonClients {
    /// Why the clients cannot be run.
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().path() + "Clients/"
    private static let cache =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path() + ".build/python-clients/"

    /// One installation for all tests of this process.
    private static let interpreter = Task { try await install() }

    /// Runs a driver and gives the JSON that it prints.
    static func run(_ script: String, _ arguments: [String]) async throws -> JSONValue {
        let python = try await interpreter.value
        let result = try await Subprocess.run(
            .path(FilePath(python)), arguments: Arguments([directory + script] + arguments),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard result.terminationStatus.isSuccess else {
            throw Unavailable(description: "\(script) failed:\n\(result.standardError)")
        }
        return try JSONParser.parse(result.standardOutput)
    }

    /// The interpreter of the environment; it is made under a name of its own and then given its name, so that one cut
    /// short is never used.
    private static func install() async throws -> String {
        let requirements = directory + "requirements.txt"
        guard let pinned = FileManager.default.contents(atPath: requirements) else {
            throw Unavailable(description: "no file \(requirements)")
        }
        let home = cache + Digest.sha256(Array(pinned)).prefix(16)
        let python = "\(home)/bin/python"
        if FileManager.default.isExecutableFile(atPath: python) { return python }
        try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
        let fresh = "\(home)-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: fresh) }
        // Debian's own, for which python3-venv is installed, before any other that stands first in the path.
        let debian = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
        try await check(
            debian ? .path("/usr/bin/python3") : .name("python3"), ["-m", "venv", fresh],
            "Python's module venv is needed (Debian: python3-venv; `make test` installs it)")
        try await check(
            .path(FilePath("\(fresh)/bin/python")),
            ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements],
            """
            the public Bitrix clients could not be installed from PyPI. The first run of these tests needs it; \
            without it `make test ARGS="--skip ClientTests"` runs the others
            """)
        if rename(fresh, home) != 0, !FileManager.default.isExecutableFile(atPath: python) {
            throw Unavailable(description: "\(home) could not be made: \(String(cString: strerror(errno)))")
        }
        return python
    }

    private static func check(_ program: Executable, _ arguments: [String], _ need: String) async throws {
        let result = try await Subprocess.run(
            program, arguments: Arguments(arguments), output: .discarded, error: .string(limit: 1 << 20))
        guard result.terminationStatus.isSuccess else {
            throw Unavailable(description: "\(need):\n\(result.standardError)")
        }
    }
}
