import Glibc

/// Reads a file or standard input byte by byte, in bounded memory, and knows where it stands.
package final class ByteReader {
    /// The file cannot be read any further.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let chunk = 1 << 18

    private let descriptor: Int32
    private let isOwned: Bool
    private var buffer = [UInt8](repeating: 0, count: chunk)
    private var index = 0
    private var count = 0
    private var isAtEnd = false
    /// All there is stands in the buffer.
    private var isWhole = false

    /// Offset of the next byte.
    package private(set) var position: Int64 = 0
    /// Number of the line on which the next byte stands, from 1.
    package private(set) var line: Int64 = 1
    /// Why reading stopped, if not at the end.
    package private(set) var failure: Failure?

    /// - Parameter path: `-` for standard input.
    /// - Throws: ``Failure`` if the file cannot be opened.
    package init(path: String) throws(Failure) {
        isOwned = path != "-"
        descriptor = isOwned ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO
        if descriptor < 0 { throw Failure(description: "\(path) cannot be read") }
    }

    /// Reads what is in memory already.
    package init(_ bytes: [UInt8]) {
        (descriptor, isOwned) = (-1, false)
        (buffer, count) = (bytes, bytes.count)
        (isWhole, isAtEnd) = (true, true)
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    /// Size of the file; nil where there is none to know, as of a pipe.
    package var size: Int64? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    /// Goes on at a place that was reached before.
    ///
    /// - Throws: ``Failure`` where there is no such place.
    package func seek(to position: Int64, line: Int64) throws(Failure) {
        if isWhole, let place = Int(exactly: position), 0...count ~= place {
            (index, self.position, self.line) = (place, position, line)
            return
        }
        guard lseek(descriptor, off_t(position), SEEK_SET) == off_t(position) else {
            throw Failure(description: "the file cannot be continued where it was left")
        }
        (index, count, isAtEnd) = (0, 0, false)
        self.position = position
        self.line = line
    }

    /// The next byte, without taking it.
    package func peek() -> UInt8? {
        if index == count { fill() }
        return index < count ? buffer[index] : nil
    }

    /// Takes the next byte.
    @inline(__always)
    package func next() -> UInt8? {
        if index == count {
            fill()
            if index == count { return nil }
        }
        let byte = buffer[index]
        index += 1
        position += 1
        if byte == 0x0A { line += 1 }
        return byte
    }

    /// Takes the bytes up to the end of the line.
    ///
    /// - Parameter limit: Longer lines are cut there, and taken whole all the same.
    /// - Returns: The line without its end; nil at the end of the file.
    package func nextLine(limit: Int) -> [UInt8]? {
        guard peek() != nil else { return nil }
        var bytes: [UInt8] = []
        while true {
            if index == count { fill() }
            guard index < count else { return bytes }
            let rest = buffer[index..<count]
            let end = rest.firstIndex(of: 0x0A)
            let taken = rest[..<(end ?? count)]
            bytes += taken.prefix(max(0, limit - bytes.count))
            position += Int64(taken.count)
            index += taken.count
            if end != nil {
                index += 1
                position += 1
                line += 1
                if bytes.last == 0x0D { bytes.removeLast() }
                return bytes
            }
        }
    }

    /// Takes the next bytes, as many as are at hand; nil at the end.
    package func nextPiece() -> [UInt8]? {
        guard peek() != nil else { return nil }
        let piece = Array(buffer[index..<count])
        for byte in piece where byte == 0x0A { line += 1 }
        position += Int64(piece.count)
        index = count
        return piece
    }

    /// Takes a byte order mark at the very beginning.
    package func skipByteOrderMark() {
        guard position == 0 else { return }
        fill()
        if count >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF {
            index = 3
            position = 3
        }
    }

    private func fill() {
        guard !isAtEnd, index == count else { return }
        (index, count) = (0, 0)
        while true {
            let got = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if got < 0, errno == EINTR { continue }
            if got < 0 { failure = Failure(description: "the file cannot be read to its end") }
            isAtEnd = got <= 0
            count = max(0, got)
            return
        }
    }
}
