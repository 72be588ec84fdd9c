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
}
