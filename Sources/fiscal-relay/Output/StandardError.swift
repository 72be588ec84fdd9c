import Glibc

/// Progress, logs and errors: everything that is not the answer of a command.
enum StandardError {
    static func write(_ line: String) {
        writeRaw(line + "\n")
    }

    static func writeRaw(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                return  // nobody is left to read it
            }
            bytes = bytes.dropFirst(written)
        }
    }

    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
