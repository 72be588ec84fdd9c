import JobQueue

/// The kind of event that measurements are made with: its job does nothing.
enum BenchKind {
    static let name = "bench.noop"
    static let step = "run"
    static let shop = "bench"
    /// Another shop, for backlogs that are in the way of the first.
    static let otherShop = "bench-other"
    /// A kind that is declared, and that no worker under measurement knows.
    static let strangeName = "bench.strange"
    /// A destination that is closed.
    static let closedQueue = "bench-closed"

    static var key: StepKey { StepKey(kind: name, step: step) }

    /// The payload of event `number`, as a shop would send it.
    static func payload(_ number: Int) -> String { #"{"n":\#(number),"s":"0123456789abcdef"}"# }

    /// The number in a payload as PostgreSQL prints it; `nil` if it is none of ours.
    static func number(in payload: String) -> Int? {
        var digits = payload.utf8.drop { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        digits = digits.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return Int(Substring(digits))
    }
}
