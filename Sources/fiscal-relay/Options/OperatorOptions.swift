import ArgumentParser
import FoundationEssentials

/// What an action of a person leaves in the books: who did it and why.
struct OperatorOptions: ParsableArguments {
    @Option(help: "Why you do this; it is recorded.")
    var why: String

    @Option(help: "Who you are, when the system's user name does not say it.")
    var by: String?

    var who: String {
        by ?? ProcessInfo.processInfo.environment["SUDO_USER"] ?? ProcessInfo.processInfo.userName
    }

    mutating func validate() throws {
        guard !why.trimmingPrefix(" ").isEmpty else {
            throw ValidationError("--why must say something: it is what the next person reads.")
        }
    }
}
