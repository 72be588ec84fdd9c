/// Puts an answer together from libcurl's header lines and body pieces, and says when it is too much.
struct ResponseCollector {
    /// Why a piece was not taken.
    enum Refusal: Hashable {
        case headerTooLarge
        case bodyTooLarge
        case malformed
    }

    private enum Part { case statusLine, fields, body }

    let maximumHeaderBytes: Int
    let maximumBodyBytes: Int
    /// Of the answer being read; nil before its status line and during interim ones.
    private(set) var status: Int?
    private(set) var headers = HTTPHeaders()
    private(set) var body: [UInt8] = []
    private(set) var refusal: Refusal?
    private var headerBytes = 0
    private var part = Part.statusLine

    init(maximumHeaderBytes: Int, maximumBodyBytes: Int) {
        self.maximumHeaderBytes = maximumHeaderBytes
        self.maximumBodyBytes = maximumBodyBytes
    }

    /// The answer, nil when no final status line came.
    var response: HTTPResponse? {
        status.map { HTTPResponse(status: $0, headers: headers, body: body) }
    }

    /// Takes one line of the header section or of the trailers, with its line end.
    /// - Returns: False when the transfer has to end; ``refusal`` says why.
    mutating func takeLine(_ line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= maximumHeaderBytes else { return refuse(.headerTooLarge) }
        let text = Self.trimmed(line)
        switch part {
        case .statusLine:
            // Trailing blanks are gone, so "HTTP/1.1 204 " and "HTTP/1.1 204" read alike.
            guard let code = Self.statusCode(text), code != 101 else { return refuse(.malformed) }
            status = code
            part = .fields
        case .fields:
            if text.isEmpty {
                endFields(ofLine: line)
            } else if line.first == 0x20 || line.first == 0x09 {
                headers.continueLast(with: String(decoding: text, as: UTF8.self))
            } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
                headers.append(
                    String(decoding: Self.trimmed(text[text.index(after: colon)...]), as: UTF8.self),
                    for: String(decoding: Self.trimmed(text[..<colon]), as: UTF8.self))
            }
        case .body:
            break  // a trailer: counted, not kept
        }
        return true
    }

    /// Takes a piece of the body.
    /// - Returns: False when the transfer has to end.
    mutating func takeBody(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard piece.count <= maximumBodyBytes - body.count else { return refuse(.bodyTooLarge) }
        body.append(contentsOf: piece)
        return true
    }

    /// An interim answer is forgotten; the final one's fields are complete.
    private mutating func endFields(ofLine line: UnsafeRawBufferPointer) {
        guard line.first != 0x20 && line.first != 0x09 else { return }
        if let status, status < 200 {
            self.status = nil
            headers = HTTPHeaders()
            part = .statusLine
        } else {
            part = .body
        }
    }

    private mutating func refuse(_ reason: Refusal) -> Bool {
        refusal = reason
        return false
    }

    /// The three digits after `HTTP/x.y`.
    private static func statusCode(_ line: Slice<UnsafeRawBufferPointer>) -> Int? {
        let words = line.split(separator: 0x20, maxSplits: 2)
        guard words.count > 1, words[0].starts(with: "HTTP/".utf8), words[1].count == 3 else { return nil }
        return Int(String(decoding: words[1], as: UTF8.self)).flatMap { (100...999).contains($0) ? $0 : nil }
    }

    private static func trimmed(_ line: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer> {
        trimmed(line[...])
    }

    private static func trimmed(_ text: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var text = text
        while let first = text.first, isBlank(first) { text.removeFirst() }
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
