/// Lines that an order's comment is to hold, each found again by a part of it.
package struct OrderCommentWrite: Hashable, Sendable {
    /// One line, which is in the comment already if its mark is.
    package struct Line: Hashable, Sendable {
        /// Part of ``text`` that no other line has.
        package let mark: String
        /// Without line breaks.
        package let text: String

        /// - Precondition: `text` contains `mark`.
        package init(mark: String, text: String) {
            precondition(text.contains(mark), "a line holds its mark")
            self.mark = mark
            self.text = text
        }
    }

    package let orderID: Int64
    /// In the order in which they are to stand.
    package let lines: [Line]

    package init(orderID: Int64, lines: [Line]) {
        self.orderID = orderID
        self.lines = lines
    }

    /// The comment with the lines that `comment` lacks at its end; nil if it lacks none.
    package func appended(to comment: String) -> String? {
        let lacking = lines.filter { !comment.contains($0.mark) }
        guard !lacking.isEmpty else { return nil }
        let before = comment.isEmpty || comment.hasSuffix("\n") ? comment : comment + "\n"
        return before + lacking.map(\.text).joined(separator: "\n")
    }
}
