/// The version of the formats of fiscal documents that a till works with (R29).
package enum FFDVersion: String, WireNamed, Hashable {
    case v105 = "1.05"
    case v11 = "1.1"
    case v12 = "1.2"

    static var unknownCode: FaultCode { .valueUnknown }

    /// Whether repairs are made by corrections with items (R71) instead of ordinary receipts (R72).
    package var correctsWithItems: Bool { self != .v105 }
}
