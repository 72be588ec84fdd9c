import FoundationEssentials
import Glibc

/// What befalls the files that our processes log into.
extension ChaosWorld {
    /// Keeps the disk full until a log has come up against it.
    func fillLogDisk(_ disk: ChaosDisk, _ seconds: Int) async -> String? {
        let start = ContinuousClock.now
        let processes = workers + [gateway]
        for process in processes { process.fillLogsPage() }
        var isAsked = false
        let name = await seen { () -> String? in
            disk.fill()
            guard disk.isFull else { return nil }
            if !isAsked, start.duration(to: .now) > .seconds(seconds) {
                // On a quiet day somebody has to be made to say something: who ends does, and who starts.
                isAsked = true
                workers.first?.signal(SIGTERM)
            }
            return processes.first { $0.logEndsWithItsPage }?.name
        }
        try? await Task.sleep(until: start.advanced(by: .seconds(seconds)), clock: .continuous)
        disk.clear()
        return name.map { "the log of \($0) could not grow" }
    }
}

extension ChaosProcess {
    /// Writes blanks into its log up to the last byte but one of a page: the next word of the process does not fit.
    func fillLogsPage() {
        let descriptor = open(log, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let missing = Self.page - 1 - Int(lseek(descriptor, 0, SEEK_END)) % Self.page
        _ = write(descriptor, [UInt8](repeating: UInt8(ascii: "\n"), count: missing), missing)
    }

    private static let page = 4096

    /// Whether its log fills the last page that its file system could give it: on a full disk that is how far it comes.
    var logEndsWithItsPage: Bool {
        let size = FileManager.default.contents(atPath: log)?.count ?? 0
        return size > 0 && size.isMultiple(of: Self.page)
    }

    /// The beginning of a line of its log that was written by a clock so many hours off, minutes more or less.
    func lineWritten(hoursOff hours: Int) -> String? {
        let text = String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
        let now = Date.now
        return text.split(separator: "\n").lazy.map { String($0.prefix(24)) }.first { stamp in
            // As swift-log writes it in UTC: 2026-11-22T18:36:00+0000.
            guard stamp.hasSuffix("+0000"), let moment = try? Date(stamp.prefix(19) + "Z", strategy: .iso8601) else {
                return false
            }
            return abs(moment.timeIntervalSince(now) / 3600 - Double(hours)) < 0.5
        }
    }
}
