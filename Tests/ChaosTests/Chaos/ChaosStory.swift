import Glibc
import Synchronization

/// What happened in a run, line by line, in memory and in a file that outlives it.
final class ChaosStory: Sendable {
    private struct State {
        var lines: [String] = []
    }

    let path: String
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    init(path: String) {
        self.path = path
        if let file = fopen(path, "we") { fclose(file) }
    }

    func tell(_ line: String) {
        let milliseconds = Int(start.duration(to: .now) / .milliseconds(1))
        let text = "\(String(repeating: " ", count: max(0, 7 - "\(milliseconds)".count)))\(milliseconds) ms  \(line)"
        state.withLock { state in
            state.lines.append(text)
            guard let file = fopen(path, "ae") else { return }
            fputs(text + "\n", file)
            fclose(file)
        }
    }

    var text: String { state.withLock { $0.lines.joined(separator: "\n") } }
}
