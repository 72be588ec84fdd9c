import FoundationEssentials
import Glibc

/// What /proc says of processes.
enum ProcessTable {
    /// The state letter, parent and start time (in ticks since boot) of a process; `nil` if there is none.
    static func entry(of processID: pid_t) -> (state: Character, parent: pid_t, started: String)? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(processID)/stat") else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        // The program's name, in brackets, may hold anything: what follows the last bracket is well formed.
        guard let bracket = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: bracket)...].split(separator: " ")
        guard fields.count > 19, let state = fields[0].first, let parent = pid_t(fields[1]) else { return nil }
        return (state, parent, String(fields[19]))
    }

    /// Whether a process does still run; a zombie does not.
    static func isRunning(_ processID: pid_t) -> Bool {
        guard let entry = entry(of: processID) else { return false }
        return entry.state != "Z" && entry.state != "X"
    }

    /// The running children of a process.
    static func children(of parent: pid_t) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { entry(of: $0)?.parent == parent }
    }
}
