extension Duration {
    /// Whole microseconds, rounded towards zero and saturated.
    var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflowed else { return seconds < 0 ? .min : .max }
        let (sum, overflowedSum) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return overflowedSum ? (seconds < 0 ? .min : .max) : sum
    }

    /// Whole milliseconds, rounded up, at least `minimum`, at most what fits a C `int`: for `poll` and settings.
    func wholeMilliseconds(atLeast minimum: Int32 = 0) -> Int32 {
        let microseconds = wholeMicroseconds
        let rounded = microseconds > 0 ? (microseconds - 1) / 1000 + 1 : 0
        return max(minimum, Int32(clamping: rounded))
    }

    /// Whole seconds, rounded up, at least 1: for libpq's settings, where 0 means "for ever".
    var wholeSeconds: Int64 {
        let (seconds, attoseconds) = components
        return max(1, attoseconds > 0 ? seconds + 1 : seconds)
    }
}
