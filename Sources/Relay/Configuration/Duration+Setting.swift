extension Duration {
    /// Reads `90` (seconds), `500ms`, `30s`, `15m`, `24h` or `7d`; nil for anything else.
    package init?(settingText text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number >= 0 else { return nil }
        let scale: Int64
        switch text.dropFirst(digits.count).trimmingPrefix(" ") {
        case "ms":
            self = .milliseconds(number)
            return
        case "", "s": scale = 1
        case "m": scale = 60
        case "h": scale = 3600
        case "d": scale = 86400
        default: return nil
        }
        let (seconds, overflow) = number.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        self = .seconds(seconds)
    }

    /// The shortest form that ``init(settingText:)`` reads back.
    package var settingText: String {
        let (seconds, attoseconds) = components
        if attoseconds != 0 { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms" }
        for (unit, scale) in [("d", 86400), ("h", 3600), ("m", 60)] as [(String, Int64)]
        where seconds >= scale && seconds % scale == 0 {
            return "\(seconds / scale)\(unit)"
        }
        return "\(seconds)s"
    }
}
