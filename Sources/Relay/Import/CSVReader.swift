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

    /// Bytes of one field, and fields of one record, at most.
    private static let longestField = 1 << 20
    private static let mostFields = 500

    private let reader: ByteReader
    private let delimiter: UInt8

    package init(_ reader: ByteReader, delimiter: UInt8 = UInt8(ascii: ",")) {
        self.reader = reader
        self.delimiter = delimiter
    }

    /// The next record; nil at the end. Empty lines are passed over.
    package func next() -> Element? {
        while let byte = reader.peek(), byte == 0x0A || byte == 0x0D { _ = reader.next() }
        let (line, position) = (reader.line, reader.position)
        guard reader.peek() != nil else { return nil }
        var fields: [String] = []
        var fault: String?
        while true {
            var bytes: [UInt8] = []
            let end = field(&bytes, &fault)
            if bytes.count > Self.longestField { fault = fault ?? "a field is longer than a megabyte" }
            if let text = String(validating: bytes, as: UTF8.self) {
                if fields.count < Self.mostFields { fields.append(text) } else { fault = fault ?? "too many fields" }
            } else {
                fault = fault ?? "field \(fields.count + 1) is not UTF-8"
                fields.append("")
            }
            if end { break }
        }
        if let fault { return .malformed(line: line, reason: fault) }
        return .record(Record(line: line, position: position, fields: fields))
    }

    /// Reads one field; true if the record ends with it.
    private func field(_ bytes: inout [UInt8], _ fault: inout String?) -> Bool {
        if reader.peek() == UInt8(ascii: "\"") {
            _ = reader.next()
            quoted(&bytes, &fault)
        }
        let wasQuoted = !bytes.isEmpty || fault != nil
        while let byte = reader.next() {
            switch byte {
            case delimiter: return false
            case 0x0A: return true
            case 0x0D where reader.peek() == 0x0A: continue
            case UInt8(ascii: "\""):
                fault = fault ?? "a quote stands inside a field; such a field is quoted as a whole, its quotes doubled"
            default:
                if wasQuoted { fault = fault ?? "something stands behind a closing quote" }
                if bytes.count <= Self.longestField { bytes.append(byte) }
            }
        }
        return true
    }

    /// Behind the opening quote: up to the closing one.
    private func quoted(_ bytes: inout [UInt8], _ fault: inout String?) {
        while let byte = reader.next() {
            if byte == UInt8(ascii: "\"") {
                guard reader.peek() == UInt8(ascii: "\"") else { return }
                _ = reader.next()
            }
            if bytes.count <= Self.longestField { bytes.append(byte) }
        }
        fault = fault ?? "a quote is never closed"
    }
}
