internal import FoundationEssentials
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The ledger's memory across restarts: a file of JSON lines that is only appended to.
///
/// Each line is one write(2), so it outlives the process at any instant, though not the machine.
final class LedgerJournal: Sendable {
    /// Why a ledger file cannot be used.
    struct Unusable: Error, CustomStringConvertible {
        let path: String
        let reason: String
        var description: String { "ledger file \(path): \(reason)" }
    }

    private let descriptor: Mutex<CInt>

    /// Opens a file, makes it if there is none, and hands every line in it to `restoring`.
    ///
    /// A last line without its end was cut by a crash and is left out.
    /// - Throws: ``Unusable`` if the file cannot be opened or holds something else.
    init(path: String, restoring: (JSONValue) -> Void) throws(Unusable) {
        if let data = try? Data(contentsOf: URL(filePath: path)) {
            var number = 0
            for line in data.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
                number += 1
                guard let event = try? JSONParser.parse(Array(line)) else {
                    throw Unusable(path: path, reason: "line \(number) is no JSON")
                }
                restoring(event)
            }
            if let end = data.lastIndex(of: 0x0A), end + 1 < data.endIndex { truncate(path, off_t(end + 1)) }
        }
        let opened = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw Unusable(path: path, reason: String(cString: strerror(errno))) }
        descriptor = Mutex(opened)
    }

    deinit {
        descriptor.withLock { _ = close($0) }
    }

    /// Writes one line. A disk that is full loses lines, never answers: the sandbox's memory stays right.
    func append(_ event: JSONValue) {
        let line = event.encoded() + [0x0A]
        descriptor.withLock { descriptor in
            var rest = line[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                guard written > 0 else { return }
                rest = rest.dropFirst(written)
            }
        }
    }
}
