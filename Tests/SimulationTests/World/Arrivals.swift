/// Which events come into a schedule, and when.
enum Arrivals {
    struct Arrival {
        let event: SampleEvent
        let lane: String
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
                arrivals.append(
                    Arrival(event: event, lane: isElsewhere ? "" : "order:\(order)", at: at))
                at = isOrderly ? at + world.draw(0...pause) : world.draw(0...3_000_000)
            }
        }
        if world.draw(0...2) == 0, let event = SampleEvent.find(31, shop: SampleShops.names[Int(world.draw(0...1))]) {
            arrivals.append(Arrival(event: event, lane: "", at: world.draw(0...3_000_000)))
        }
        return arrivals
    }
}
