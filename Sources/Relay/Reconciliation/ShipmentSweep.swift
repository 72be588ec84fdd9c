/// How far a portal's list of shipments has been read for orders that nobody has paid: a window of time, by rising ids.
///
/// One comparison reads a bounded piece of it and the next goes on from there, so that the calls which the portal
/// allows are left to the write-backs. What was found is kept beside it, or it would be forgotten with the piece in
/// which it stood.
package struct ShipmentSweep: Hashable, Sendable {
    /// How far back a window begins at most, before its end: what left earlier was looked at, or is history.
    static let widest: Int64 = 92 * 86_400
    /// With so many found the list is not read on until some of them are paid or told of.
    static let mostSuspects = 5000

    /// The first instant of the window, and the first after it, in seconds since 1970-01-01T00:00:00Z.
    package var start: Int64
    package var end: Int64
    /// The highest id of a shipment that was read; 0: none.
    package var last: Int64
    /// Whether the window was read to its end.
    package var isDone: Bool
    /// Shipments of which no event told, of orders that nobody had paid.
    package var suspects: [ShipmentInquiry.Shipped]

    package init(
        start: Int64, end: Int64, last: Int64 = 0, isDone: Bool = false, suspects: [ShipmentInquiry.Shipped] = []
    ) {
        self.start = start
        self.end = end
        self.last = last
        self.isDone = isDone
        self.suspects = suspects
    }

    /// What is read next: the rest of a window that was not read to its end, or else one from where the last one ended
    /// to `end`; the first of all begins at `start`.
    ///
    /// - Returns: nil when there is nothing to read.
    package static func next(after previous: ShipmentSweep?, from start: Int64, to end: Int64) -> ShipmentSweep? {
        guard let previous else { return start < end ? ShipmentSweep(start: start, end: end) : nil }
        guard previous.isDone else { return previous }
        let first = max(previous.end, end - widest)
        return first < end ? ShipmentSweep(start: first, end: end, suspects: previous.suspects) : nil
    }

    /// A piece of the list was read, in which these were found.
    package mutating func read(_ piece: ShipmentInquiry.Piece, found: [ShipmentInquiry.Shipped]) {
        last = piece.last
        isDone = piece.isWhole
        let known = Set(suspects.map(\.shipment))
        suspects += found.filter { !known.contains($0.shipment) }
    }

    /// Whether everything that left before `end` has been looked at.
    package func covers(until end: Int64) -> Bool { isDone && self.end >= end }
}
