/// Tells the failures of receipts that pass by themselves from those that the receipt causes.
enum CloudKassirFailures {
    /// Codes of `error.code` that name a state of the register or of the network behind it: the same receipt may succeed
    /// later. Every code that is not here blames the data, so that a person looks at it. The vendor publishes no list.
    static let passing: Set<String> = [
        "timeout", "internal_error", "service_unavailable", "temporarily_unavailable", "kkt_unavailable", "kkt_busy",
        "kkt_offline", "no_kkt", "shift_expired", "shift_close_error", "paper_out", "fn_busy", "fn_unavailable",
        "ofd_unavailable", "queue_timeout",
    ]

    /// Whether a failure with this code passes by itself; letter case and separators do not matter.
    static func isPassing(_ code: String?, among passing: Set<String>) -> Bool {
        guard let code else { return false }
        return passing.contains(SafeText.code(code))
    }
}
