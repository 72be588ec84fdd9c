import Relay
import Testing

/// How a portal's shipments are read in pieces.
@Suite struct ShipmentSweepTests {
    private static let day: Int64 = 86_400

    private func shipped(_ id: Int) -> ShipmentInquiry.Shipped {
        ShipmentInquiry.Shipped(order: "\(1000 + id)", shipment: "\(id)", leftAt: 10)
    }

    private func piece(_ last: Int64, isWhole: Bool) -> ShipmentInquiry.Piece {
        ShipmentInquiry.Piece(shipped: [], last: last, isWhole: isWhole, pages: 1)
    }

    @Test func whatWasNotReadToItsEndGoesOnWhereItStopped() throws {
        var sweep = try #require(ShipmentSweep.next(after: nil, from: 100, to: 200))
        #expect(sweep == ShipmentSweep(start: 100, end: 200))
        sweep.read(piece(50, isWhole: false), found: [shipped(7)])
        #expect(!sweep.covers(until: 200))
        // The window that has come since waits: its shipments may have lower ids than those that are left.
        #expect(ShipmentSweep.next(after: sweep, from: 300, to: 400) == sweep)
        sweep.read(piece(80, isWhole: true), found: [shipped(7), shipped(60)])
        #expect(sweep.covers(until: 200) && !sweep.covers(until: 201))
        #expect(sweep.suspects == [shipped(7), shipped(60)])
    }

    @Test func theNextWindowLeavesNoGapAndForgetsNothing() throws {
        let done = ShipmentSweep(start: 100, end: 200, last: 80, isDone: true, suspects: [shipped(7)])
        #expect(
            ShipmentSweep.next(after: done, from: 300, to: 400)
                == ShipmentSweep(start: 200, end: 400, suspects: [shipped(7)]))
        // What was read is not read again.
        #expect(ShipmentSweep.next(after: done, from: 150, to: 400)?.start == 200)
        // Nothing to read, or too much.
        #expect(ShipmentSweep.next(after: done, from: 200, to: 200) == nil)
        #expect(ShipmentSweep.next(after: nil, from: 200, to: 200) == nil)
        #expect(ShipmentSweep.next(after: done, from: 999 * Self.day, to: 1000 * Self.day)?.start == 908 * Self.day)
    }

    /// So the calls of one comparison stay bounded, and neither the old nor the new goes without.
    @Test func halfOfThePagesGoToWhatWasFoundBefore() {
        #expect([1, 2, 3, 100].map(ShipmentSweep.pagesForOld) == [1, 1, 1, 50])
        #expect(ShipmentSweep.pagesForNew(of: 100, asked: 3) == 97)
        #expect(ShipmentSweep.pagesForNew(of: 1, asked: 1) == 1)
        let sweep = ShipmentSweep(start: 100, end: 200, suspects: (1...120).map(shipped))
        #expect(sweep.due(atMost: 1) == (1...50).map(shipped))
        #expect(sweep.due(atMost: .max) == sweep.suspects)
    }

    @Test func whatStillStandsGoesBehindTheOthersAndWhatDoesNotIsDropped() {
        var sweep = ShipmentSweep(start: 100, end: 200, suspects: (1...5).map(shipped))
        sweep.asked(first: 3, standing: [shipped(3), shipped(1)])
        #expect(sweep.suspects == [4, 5, 3, 1].map(shipped))
        #expect(sweep.told == [1, 3, 4, 5].map(shipped))
        sweep.asked(first: 2, standing: [])
        #expect(sweep.suspects == [3, 1].map(shipped))
        // Undone and shipped again: it counts from then, and what left behind this window is found by the next.
        func anew(_ id: Int, _ moment: Int64) -> ShipmentInquiry.Shipped {
            ShipmentInquiry.Shipped(order: "\(1000 + id)", shipment: "\(id)", leftAt: moment)
        }
        sweep.asked(first: 2, standing: [anew(3, 199), anew(1, 200)])
        #expect(sweep.suspects == [anew(3, 199)])
    }

    @Test func itIsToldInTheOrderOfTheNumbers() {
        let sweep = ShipmentSweep(start: 100, end: 200, suspects: [100, 9, 20].map(shipped))
        #expect(sweep.told == [9, 20, 100].map(shipped))
    }

    /// Told for as long as a window reaches back, then history.
    @Test func whatLeftLongAgoIsForgotten() {
        let end = 1000 * Self.day
        func left(_ id: Int, _ moment: Int64?) -> ShipmentInquiry.Shipped {
            ShipmentInquiry.Shipped(order: "\(id)", shipment: "\(id)", leftAt: moment)
        }
        let known = [left(1, 908 * Self.day - 1), left(2, 908 * Self.day), left(3, nil)]
        var sweep = ShipmentSweep(start: 100, end: end, suspects: known)
        sweep.forget(until: end)
        #expect(sweep.suspects == Array(known.dropFirst()))
    }

    @Test func whyItIsBehindIsSaid() {
        var sweep = ShipmentSweep(
            start: 100, end: 200, last: 80, suspects: (2...ShipmentSweep.mostSuspects).map(shipped))
        #expect(!sweep.isFull)
        #expect(sweep.reason.contains("up to number 80 only"))
        sweep.suspects.append(shipped(1))
        #expect(sweep.isFull)
        #expect(sweep.reason.hasPrefix("5000 shipments of unpaid orders are known, and no more are looked for"))
    }
}
