/// Reads `Retry-After` (RFC 9110, 10.2.3): seconds, or a date.
package enum RetryAfter {
    /// The longest pause that a header may order: what lies beyond is a mistake, and would stop a shop's receipts.
    package static let limit = Duration.seconds(3600)
    /// The shortest: one that says "at once" after a refusal would be asked again at the speed of the wire.
    package static let least = Duration.seconds(1)

    /// Reads the header.
    ///
    /// - Parameters:
    ///   - value: of `Retry-After`.
    ///   - date: of the answer's `Date`; a date in `value` is measured against it, so that a wrong clock here or there
    ///     does no harm.
    ///   - now: seconds since 1970 by this machine's clock, for an answer without `Date`.
    /// - Returns: the pause asked for, from ``least`` to ``limit``; nil if the header cannot be understood.
    package static func pause(_ value: String?, date: String?, now: Int64) -> Duration? {
        guard let value = value.map(trimmed), !value.isEmpty else { return nil }
        if value.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) {
            return min(max(.seconds(Int64(value) ?? .max / 2), least), limit)
        }
        guard let moment = HTTPDate.secondsSince1970(value) else { return nil }
        let reference = date.flatMap { HTTPDate.secondsSince1970(trimmed($0)) } ?? now
        return min(max(.seconds(moment - reference), least), limit)
    }

    private static func trimmed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
