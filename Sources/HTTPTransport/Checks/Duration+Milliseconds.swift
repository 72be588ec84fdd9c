extension Duration {
    /// Whole milliseconds, rounded up, at least 0 and at most a day: fits every C argument it is passed as.
    var wholeMilliseconds: Int {
        let bounded = min(max(self, .zero), .seconds(86_400)).components
        return Int(bounded.seconds) * 1000 + Int((bounded.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    /// Whole seconds, rounded up, at least 1 and at most a day.
    var wholeSeconds: Int { max(1, (wholeMilliseconds + 999) / 1000) }
}
