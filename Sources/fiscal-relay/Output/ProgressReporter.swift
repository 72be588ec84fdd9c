/// Shows how far long work has come: a bar that redraws itself on a terminal, a plain line now and then elsewhere.
struct ProgressReporter {
    private let title: String
    private let total: Int
    private let onTerminal: Bool
    private var shownTenth = -1
    private var shownText = ""

    init(_ title: String, total: Int, onTerminal: Bool = StandardError.isTerminal) {
        self.title = title
        self.total = total
        self.onTerminal = onTerminal
    }

    mutating func show(_ done: Int, note: String = "") {
        let text = line(done: done, note: note)
        if onTerminal {
            guard text != shownText else { return }
            shownText = text
            StandardError.writeRaw("\r\u{1B}[K\(text)")
        } else {
            let tenth = total == 0 ? 10 : done * 10 / total
            guard tenth > shownTenth else { return }
            shownTenth = tenth
            StandardError.write(text)
        }
    }

    /// Ends the line of the bar.
    mutating func finish() {
        if onTerminal, !shownText.isEmpty { StandardError.writeRaw("\n") }
        shownText = ""
    }

    func line(done: Int, note: String) -> String {
        let tail = note.isEmpty ? "" : "  \(note)"
        guard onTerminal, total > 0 else { return "\(title): \(done) of \(total)\(tail)" }
        let width = 30
        let filled = min(width, done * width / total)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        return "\(title) \(bar) \(done)/\(total)\(tail)"
    }
}
