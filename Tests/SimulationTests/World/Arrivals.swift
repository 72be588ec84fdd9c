import Postgres

/// Which events come into a schedule, and when.
enum Arrivals {
    struct Arrival {
        let event: ModelDatabase.Event
        /// Its first step.
        let step: String
        /// What it is, for the story.
        let words: String
        /// In microseconds of simulated time.
        let at: Int64
    }

    /// What can happen to an order.
    private static let lives: [[SampleEvent.Role]] = [
        [.sale], [.sale, .refund], [.sale, .refund], [.mixedSale], [.mixedSale, .refund], [.prepayment, .shipment],
        [.prepayment, .shipment], [.prepayment, .shipment, .refund], [.sale, .echo], [.lateSale],
    ]

    static func draw(from world: SimulatedWorld) -> [Arrival] {
        var arrivals: [Arrival] = []
        for order in 1...world.draw(1...2) {
            let shop = SampleShops.names[Int(world.draw(0...1))]
            let life = lives[Int(world.draw(0...Int64(lives.count - 1)))]
            // Now and then a later number is committed first, or all come at once.
            let isOrderly = world.draw(0...4) > 0
            let pause = world.draw(0...2) == 0 ? 5_000 : world.draw(0...3_000_000)
            var at = world.draw(0...1_500_000)
            for role in life {
                guard let event = SampleEvent.find(order * 10 + role.rawValue, shop: shop) else { continue }
                let isElsewhere = role == .echo && world.draw(0...1) == 0
                arrivals.append(arrival(event, lane: isElsewhere ? "" : "order:\(order)", at: at))
                at = isOrderly ? at + world.draw(0...pause) : world.draw(0...3_000_000)
            }
        }
        if world.draw(0...2) == 0, let event = SampleEvent.find(31, shop: SampleShops.names[Int(world.draw(0...1))]) {
            arrivals.append(arrival(event, lane: "", at: world.draw(0...3_000_000)))
        }
        if world.draw(0...2) == 0 { for lane in NoteStep.lanes { arrivals += notes(lane, from: world) } }
        return arrivals
    }

    private static func arrival(_ event: SampleEvent, lane: String, at: Int64) -> Arrival {
        Arrival(
            event: ModelDatabase.Event(
                id: event.id, shop: event.shop, kind: event.kind, key: event.key, lane: lane,
                occurredAt: event.occurredAt, committedAt: SampleEvent.epoch),
            step: "build", words: "\(event.role)", at: at)
    }

    /// Notes that fill a lane, or stand behind the events of an order; most of them come at once.
    private static func notes(_ lane: Int64, from world: SimulatedWorld) -> [Arrival] {
        let shop = SampleShops.names[Int(world.draw(0...1))]
        let subject = world.draw(0...3) == 0 ? "order:1" : "notes:\(lane)"
        let start = world.draw(0...6_000_000)
        let isTogether = world.draw(0...2) > 0
        return (1...world.draw(NoteStep.number)).map { number in
            let id = NoteStep.id(lane: lane, number: number)
            return Arrival(
                event: ModelDatabase.Event(
                    id: id, shop: shop, kind: NoteStep.kind, key: "note:\(id)", lane: subject,
                    occurredAt: SampleEvent.epoch, committedAt: SampleEvent.epoch),
                step: NoteStep.name, words: "note", at: isTogether ? start : world.draw(0...6_000_000))
        }
    }
}
