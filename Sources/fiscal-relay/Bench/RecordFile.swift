import Glibc
import Synchronization

/// Lines of times, gathered in memory and written now and then, so that writing them costs nobody a wait.
final class RecordFile: Sendable {
    private let descriptor: Int32
    private let buffer = Mutex<[UInt8]>([])

    /// Creates the file, or empties it.
    ///
    /// - Throws: ``CommandFailure`` if that cannot be done.
    init(path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw CommandFailure("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        close(descriptor)
    }

    func append(_ number: Int, _ times: MonotonicInstant...) {
        let line = ([String(number)] + times.map(\.text)).joined(separator: " ") + "\n"
        buffer.withLock { $0.append(contentsOf: line.utf8) }
    }

    /// Writes what has been gathered.
    ///
    /// - Throws: ``CommandFailure`` if the disk takes no more.
    func flush() throws {
        var bytes = buffer.withLock { buffer in
            defer { buffer = [] }
            return buffer
        }[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                throw CommandFailure("a record could not be written: \(String(cString: strerror(errno)))")
            }
            bytes = bytes.dropFirst(written)
        }
    }

    /// Reads a file of such lines: its times by number, the last one if a number comes again.
    static func read(_ path: String) throws -> [Int: [MonotonicInstant]] {
        let text = try String(contentsOfFileAt: path)
        var times: [Int: [MonotonicInstant]] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard let first = fields.first, let number = Int(first) else { continue }
            times[number] = fields.dropFirst().compactMap { MonotonicInstant(text: $0) }
        }
        return times
    }
}
