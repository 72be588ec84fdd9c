extension Duration {
    /// Whole milliseconds, rounded up, at most a century: what the queue's functions take.
    var milliseconds: Int64 {
        let century: Int64 = 100 * 366 * 86_400
        let (seconds, attoseconds) = components
        guard seconds < century else { return century * 1000 }
        guard seconds > -century else { return -century * 1000 }
        let perMillisecond: Int64 = 1_000_000_000_000_000
        let whole = attoseconds / perMillisecond
        return seconds * 1000 + whole + (attoseconds % perMillisecond > 0 ? 1 : 0)
    }
}
