import Fiscal

import FoundationEssentials

/// Moments in payloads: ISO 8601 with an offset.
package enum EventTime {
    /// Seconds since 1970-01-01T00:00:00Z; nil for anything that is not such a moment.
    package static func seconds(_ text: String) -> Int64? {
        let styles = [
            Date.ISO8601FormatStyle(includingFractionalSeconds: false), .init(includingFractionalSeconds: true),
        ]
        for style in styles {
            if let date = try? style.parse(text) { return Int64(date.timeIntervalSince1970.rounded(.down)) }
        }
        return nil
    }
}

extension PayloadReader {
    /// A moment, in seconds since 1970-01-01T00:00:00Z.
    package func optionalMoment(_ name: String) -> Int64? {
        guard let text = optionalText(name, maximumLength: 40) else { return nil }
        guard let seconds = EventTime.seconds(text) else {
            report(.dateInvalid, name, found: text, allowed: ["2026-11-21T12:00:00+03:00"])
            return nil
        }
        return seconds
    }
}
