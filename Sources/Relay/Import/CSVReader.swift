/// Reads comma-separated values as RFC 4180 has them, record by record, in bounded memory.
///
/// Fields may stand in quotes, and then hold delimiters, line breaks and doubled quotes. Line ends are CRLF or LF. A record
/// that is not well-formed is told with its line, and reading goes on behind it.
package struct CSVReader {
    package struct Record: Hashable, Sendable {
        /// Line on which it begins, from 1.
        package let line: Int64
        /// Offset of its first byte.
        package let position: Int64
        package let fields: [String]
    }

    package enum Element: Hashable, Sendable {
        case record(Record)
        case malformed(line: Int64, reason: String)
    }

    /// Bytes of the fields of one record, and fields of one record, at most.
    private static let longestRecord = 1 << 20
    private static let mostFields = 500

    private let reader: ByteReader
    private let delimiter: UInt8

    package init(_ reader: ByteReader, delimiter: UInt8 = UInt8(ascii: ",")) {
        self.reader = reader
        self.delimiter = delimiter
    }

    /// A record that is being read: no more of it is kept than it may have.
    private struct Draft {
        var fields: [String] = []
        var fault: String?
        /// Of the field that is being read.
        var bytes: [UInt8] = []
        var room = longestRecord

        mutating func take(_ byte: UInt8) {
            guard room > 0 else { return blame("is longer than a megabyte") }
            room -= 1
            bytes.append(byte)
        }

        mutating func endField() {
            if fields.count == mostFields { blame("has more than \(mostFields) fields") }
            guard fault == nil else { return bytes.removeAll() }
            if let text = String(validating: bytes, as: UTF8.self) {
                fields.append(text)
            } else {
                blame("field \(fields.count + 1) is not UTF-8")
            }
            bytes.removeAll(keepingCapacity: true)
        }

        /// The first fault is the one to tell.
        mutating func blame(_ reason: String) {
            fault = fault ?? reason
        }
    }

    /// The next record; nil at the end. Empty lines are passed over.
    package func next() -> Element? {
        while let byte = reader.peek(), byte == 0x0A || byte == 0x0D { _ = reader.next() }
        let (line, position) = (reader.line, reader.position)
        guard reader.peek() != nil else { return nil }
        var draft = Draft()
        var isAtEnd = false
        while !isAtEnd {
            isAtEnd = field(&draft)
            draft.endField()
        }
        if let fault = draft.fault { return .malformed(line: line, reason: fault) }
        return .record(Record(line: line, position: position, fields: draft.fields))
    }

    /// Reads one field; true if the record ends with it.
    private func field(_ draft: inout Draft) -> Bool {
        let isQuoted = reader.peek() == UInt8(ascii: "\"")
        if isQuoted {
            _ = reader.next()
            quoted(&draft)
        }
        while let byte = reader.next() {
            switch byte {
            case delimiter: return false
            case 0x0A: return true
            case 0x0D where reader.peek() == 0x0A: continue
            case UInt8(ascii: "\""):
                draft.blame("a quote stands inside a field; such a field is quoted as a whole, its quotes doubled")
            default:
                if isQuoted { draft.blame("something stands behind a closing quote") }
                draft.take(byte)
            }
        }
        return true
    }

    /// Behind the opening quote: up to the closing one.
    private func quoted(_ draft: inout Draft) {
        while let byte = reader.next() {
            if byte == UInt8(ascii: "\"") {
                guard reader.peek() == UInt8(ascii: "\"") else { return }
                _ = reader.next()
            }
            draft.take(byte)
        }
        draft.blame("a quote is never closed")
    }
}
