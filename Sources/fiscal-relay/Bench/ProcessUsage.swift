import FoundationEssentials
import Glibc

/// What a process has used so far, from `/proc`.
struct ProcessUsage: Sendable {
    /// User and system time in seconds.
    let processorSeconds: Double
    /// Peak resident memory in megabytes (2^20 bytes); zero for a sum of processes.
    let peakMegabytes: Double

    /// `nil` if there is no such process.
    static func of(_ process: pid_t) -> ProcessUsage? {
        guard let stat = Stat(process), let status = read("/proc/\(process)/status") else { return nil }
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?
            .split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Double($0) }
        return ProcessUsage(processorSeconds: seconds(stat.ownTicks), peakMegabytes: (peak ?? 0) / 1024)
    }

    /// A process with its children, those that have ended and been waited for included: a server of PostgreSQL.
    static func ofFamily(_ parent: pid_t) -> ProcessUsage? {
        while let before = Stat(parent) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            let children = names.compactMap { pid_t($0) }.compactMap { Stat($0) }.filter { $0.parent == parent }
            guard let after = Stat(parent) else { return nil }
            // A child that was waited for in between would be counted twice, or not at all.
            guard after.endedChildrenTicks == before.endedChildrenTicks else { continue }
            let ticks = after.ownTicks + after.endedChildrenTicks + children.reduce(0) { $0 + $1.ownTicks }
            return ProcessUsage(processorSeconds: seconds(ticks), peakMegabytes: 0)
        }
        return nil
    }

    private static func seconds(_ ticks: Int) -> Double { Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK))) }

    private static func read(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The fields of `/proc/<pid>/stat` that are needed here; see proc(5).
    private struct Stat {
        let parent: pid_t
        let ownTicks: Int
        let endedChildrenTicks: Int

        init?(_ process: pid_t) {
            // The second field is the name in parentheses and may hold anything.
            guard let text = ProcessUsage.read("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else {
                return nil
            }
            let fields = text[text.index(after: end)...].split(separator: " ")
            guard fields.count > 14, let parent = pid_t(fields[1]) else { return nil }
            let times = fields[11...14].compactMap { Int($0) }
            guard times.count == 4 else { return nil }
            self.parent = parent
            ownTicks = times[0] + times[1]
            endedChildrenTicks = times[2] + times[3]
        }
    }
}
