/// The optional `time` of an answer, as far as it matters: how much of a method's operating time is used up.
package struct BitrixTime: Hashable, Sendable {
    /// Seconds of work of this method in the last ten minutes, by the portal's count; nil on self-hosted portals.
    package let operating: Double?

    /// When part of that time is given back, in seconds since 1970 by the portal's clock; nil where it is not told.
    package let operatingResetAt: Int64?

    /// The portal's clock when it finished, in seconds since 1970; nil where it is not told.
    package let finish: Double?

    /// Reads whatever is there; a shape never seen before costs nothing but its own value.
    package init(_ value: BitrixValue?) {
        operating = value?["operating"]?.seconds
        operatingResetAt = value?["operating_reset_at"]?.seconds.flatMap { $0 < 1e12 ? Int64($0) : nil }
        finish = value?["finish"]?.seconds
    }

    /// How long until time is given back, by the portal's own clock; nil where it cannot be told.
    package var resetsIn: Duration? {
        guard let operatingResetAt, let finish, finish < 1e12 else { return nil }
        return .seconds(max(0, operatingResetAt - Int64(finish)))
    }
}
