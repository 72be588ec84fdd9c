/// Times a closure in batches and keeps the quiet ones.
struct Measurement {
    /// What is measured.
    let name: String
    /// Nanoseconds a call in the fastest batch: what the code costs when nothing else runs.
    let fastest: Double
    /// Nanoseconds a call in the middle batch.
    let median: Double
    /// The most that the fastest may cost, in nanoseconds; nil if there is no goal.
    let goal: Double?

    /// Runs `body` until `batches` batches of at least two milliseconds each are full.
    ///
    /// What `body` returns is kept alive, so that the work cannot be left out.
    init<Value>(_ name: String, goal: Duration? = nil, batches: Int = 60, _ body: () throws -> Value) rethrows {
        let clock = ContinuousClock()
        var calls = 1
        while true {
            let start = clock.now
            for _ in 0..<calls { withExtendedLifetime(try body()) {} }
            if start.duration(to: clock.now) > .milliseconds(2) { break }
            calls *= 2
        }
        var samples: [Double] = []
        for _ in 0..<batches {
            let start = clock.now
            for _ in 0..<calls { withExtendedLifetime(try body()) {} }
            samples.append(start.duration(to: clock.now) / .nanoseconds(1) / Double(calls))
        }
        samples.sort()
        self.name = name
        fastest = samples[0]
        median = samples[samples.count / 2]
        self.goal = goal.map { $0 / .nanoseconds(1) }
    }

    /// Whether the goal is met, as far as there is one.
    var isMet: Bool { goal.map { fastest <= $0 } ?? true }

    /// One line: name, fastest, median, goal.
    var text: String {
        let goalText = goal.map { "  goal \(Self.microseconds($0))\(isMet ? "" : "  MISSED")" } ?? ""
        return name.padded(to: 40) + Self.microseconds(fastest) + "  median " + Self.microseconds(median) + goalText
    }

    private static func microseconds(_ nanoseconds: Double) -> String {
        let hundredths = Int((nanoseconds / 10).rounded())
        let digits = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
        return String(repeating: " ", count: max(0, 9 - digits.count)) + digits + " µs"
    }
}

extension String {
    /// This text with blanks behind it up to a width.
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
