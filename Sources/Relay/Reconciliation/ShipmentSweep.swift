/// How far a portal's list of shipments has been read for orders that nobody has paid: a window of time, by rising ids.
///
/// One comparison reads a bounded piece of it and the next goes on from there, so that the calls which the portal
/// allows are left to the write-backs. What was found is kept beside it, or it would be forgotten with the piece in
/// which it stood.
package struct ShipmentSweep: Hashable, Sendable {
    /// How far back a window begins at most, before its end, in seconds: what left earlier was looked at, or is history.
    package static let widest: Int64 = 92 * 86_400
    /// With so many found the list is not read on until some of them are paid, told of, undone or history.
    package static let mostSuspects = 5000

    /// The first instant of the window, and the first after it, in seconds since 1970-01-01T00:00:00Z.
    package var start: Int64
    package var end: Int64
    /// The highest id of a shipment that was read; 0: none.
    package var last: Int64
    /// Whether the window was read to its end.
    package var isDone: Bool
    /// Shipments of which no event told, of orders that nobody had paid: those first that were asked about longest ago.
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

    /// Whether so many are known that no more are looked for.
    package var isFull: Bool { suspects.count >= Self.mostSuspects }

    /// Why it has not come to the end, and what mends that, for people.
    package var reason: String {
        isFull
            ? "\(suspects.count) shipments of unpaid orders are known, and no more are looked for before fewer stand: "
                + "have their order.shipped written, enter their payments, or undo them in the portal"
            : "the portal's shipments were read up to number \(last) only: the next comparison goes on from there"
    }

    /// Those found that left too long ago for windows that end at `end` are history, and told no more.
    package mutating func forget(until end: Int64) {
        suspects.removeAll { suspect in suspect.leftAt.map { $0 < end - Self.widest } ?? false }
    }

    /// How many pages of questions about what was found before one comparison asks, of `pages` that it may ask: half of
    /// them, and one in any case.
    package static func pagesForOld(of pages: Int) -> Int { max(1, pages / 2) }

    /// How many are left for reading on: one in any case, or nothing would ever be read beside what was found.
    package static func pagesForNew(of pages: Int, asked: Int) -> Int { max(1, pages - asked) }

    /// What is asked about again, of what was found before.
    package func due(atMost pages: Int) -> [ShipmentInquiry.Shipped] {
        Array(suspects.prefix(min(pages, Self.mostSuspects) * ShipmentInquiry.width))
    }

    /// The first `count` suspects were asked about again, and of them these still stand: deducted, and not paid.
    ///
    /// They go behind the others, whose turn is next. One that left anew meanwhile counts from then: if that is behind
    /// this window, the one to come finds it.
    package mutating func asked(first count: Int, standing: [ShipmentInquiry.Shipped]) {
        let remaining = standing.filter { shipment in shipment.leftAt.map { $0 < end } ?? true }
        suspects = suspects.dropFirst(count) + remaining
    }

    /// What is told of, in the order of the shipments.
    package var told: [ShipmentInquiry.Shipped] {
        suspects.sorted { left, right in
            switch (Int64(left.shipment), Int64(right.shipment)) {
            case (let left?, let right?): left < right
            case (_?, nil): true
            case (nil, _?): false
            case (nil, nil): left.shipment < right.shipment
            }
        }
    }
}
