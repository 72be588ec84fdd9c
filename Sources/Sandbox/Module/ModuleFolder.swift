internal import FoundationEssentials
internal import Subprocess

/// Where the Bitrix module lies with what it takes to run it here: `deploy/bitrix` of a checkout.
package struct ModuleFolder: Hashable, Sendable {
    /// Without a slash at the end.
    package let path: String

    private static let place = "deploy/bitrix"
    private static let script = "tests/support/self-hosted.php"
    private static let module = "local/modules/fiscal.relay/include.php"

    /// The script that runs a shop with the module.
    var script: String { "\(path)/\(Self.script)" }

    /// Looks in folders and in everything above them, the first of them first; nil if it is nowhere there.
    package init?(above folders: [String]) {
        for folder in folders {
            var parts = folder.split(separator: "/")
            while true {
                let path = parts.map { "/" + $0 }.joined() + "/" + Self.place
                if [Self.script, Self.module].allSatisfy({ FileManager.default.fileExists(atPath: "\(path)/\($0)") }) {
                    self.path = path
                    return
                }
                guard parts.popLast() != nil else { break }
            }
        }
        return nil
    }

    /// Why this machine cannot run it, and what to do; nil if it can.
    package static func obstacle() async -> String? {
        let needed = ["pgsql", "mbstring"]
        let probe =
            "foreach (['\(needed.joined(separator: "','"))'] as $one) { extension_loaded($one) || print(\"$one \"); }"
        do {
            let result = try await Subprocess.run(
                .name("php"), arguments: ["-r", probe], output: .string(limit: 1 << 12), error: .discarded)
            let missing = result.standardOutput.split(separator: " ")
            guard result.terminationStatus.isSuccess else { return "php does not run" }
            return missing.isEmpty
                ? nil : "php lacks \(missing.joined(separator: ", ")): install php-pgsql and php-mbstring"
        } catch {
            return "php is not installed: install php-cli, php-pgsql and php-mbstring"
        }
    }
}
