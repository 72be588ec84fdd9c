extension ReceiptPicture {
    /// The narrowest text that still has room for a sum and its label.
    package static let minimumWidth = 24

    /// The receipt as plain text.
    ///
    /// Every character is taken as one column wide, which holds for what a cleaned name may contain (R49), except for
    /// East Asian letters.
    /// - Parameter width: Columns; less than ``minimumWidth`` counts as that.
    /// - Returns: Lines of at most `width` characters, without blanks at their ends, the last one closed by a newline.
    package func text(width: Int) -> String {
        let width = max(width, Self.minimumWidth)
        var lines: [String] = []
        for section in sections {
            if !lines.isEmpty { lines.append(String(repeating: "-", count: width)) }
            for row in section.rows { lines += Self.lines(of: row, width: width) }
        }
        for address in [qr, link].compactMap({ $0 }) {
            lines.append(String(repeating: "-", count: width))
            lines += Self.pieces(of: address[...], width: width)
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func lines(of row: Row, width: Int) -> [String] {
        let left = wrapped(row.left, width: width)
        guard let right = row.right else {
            guard row.alignment == .center else { return left }
            return left.map { String(repeating: " ", count: (width - $0.count) / 2) + $0 }
        }
        let last = left.last ?? ""
        // One blank at least keeps label and value apart; what has no room stands on lines of its own.
        if last.count + 1 + right.count <= width {
            let gap = String(repeating: " ", count: width - last.count - right.count)
            return left.dropLast() + [last + gap + right]
        }
        return left + wrapped(right, width: width).map { String(repeating: " ", count: width - $0.count) + $0 }
    }

    /// Breaks at blanks, and inside of words that are longer than a line.
    private static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            for piece in pieces(of: word, width: width) {
                if line.isEmpty {
                    line = piece
                } else if line.count + 1 + piece.count <= width {
                    line += " " + piece
                } else {
                    lines.append(line)
                    line = piece
                }
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }

    private static func pieces(of word: Substring, width: Int) -> [String] {
        var pieces: [String] = []
        var rest = word
        while !rest.isEmpty {
            pieces.append(String(rest.prefix(width)))
            rest = rest.dropFirst(width)
        }
        return pieces
    }
}
