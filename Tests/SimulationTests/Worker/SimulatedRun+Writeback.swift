import Bitrix

@testable import JobQueue
@testable import Relay

extension SimulatedRun {
    /// How long a call of a portal may take: nothing of it is under way for longer.
    private static let timeout: Int64 = 1_000_000

    /// See `WritebackStep.run`.
    func write() {
        shop { shop in
            let order = String(run.lane.drop { $0 != ":" }.dropFirst())
            guard let portal = shop.portal else { return answer(Outcome(.finish(outcome: "no_portal"))) }
            read({ [self] in world.database.shown(shop: run.shop, order: order) }) { [self] shown in
                guard let plan = WritebackPlan(shown, properties: portal.properties, comments: false),
                    let number = Int64(order)
                else { return answer(Outcome(.finish(outcome: "nothing_to_show"))) }
                guard run.hasLease(for: .microseconds(Self.timeout), at: world.instant) else {
                    return answer(Outcome(.handBack))
                }
                call(order, plan.values) { [self] outcome in
                    world.tell("worker \(process.number): order \(order) of \(run.shop) is \(outcome)")
                    answer(
                        WritebackDecision.outcome(
                            of: OrderPropertyReport(orderID: number, outcome: outcome), shop: run.shop, order: order,
                            receipt: plan.newest))
                }
            }
        }
    }

    /// Brings values to the portal: the request, or its answer, may be late or lost.
    private func call(
        _ order: String, _ values: [OrderPropertyWrite.Value],
        _ then: @escaping (OrderPropertyReport.Outcome) -> Void
    ) {
        var isOver = false
        let end = { [process] (outcome: OrderPropertyReport.Outcome) in
            process.pass {
                guard !isOver else { return }
                isOver = true
                then(outcome)
            }
        }
        endRequest = { end(.failed(Self.unknown)) }
        process.post(Self.timeout) { end(.failed(Self.unknown)) }
        guard !world.strikes(world.troubles.networkLoss) else { return }
        world.underWay += 1
        world.after(min(world.transit(), Self.timeout - 1)) { [self] in
            world.underWay -= 1
            guard !world.strikes(world.troubles.garbage) else {
                return process.post(1_000) { end(.failed(Self.unknown)) }
            }
            world.portal.write(values, order: order, shop: run.shop)
            guard !world.strikes(world.troubles.networkLoss) else { return }
            process.post(world.transit()) { end(.written) }
        }
    }

    private static let unknown = BitrixFault(
        code: "transport_unknown", message: "No answer came.", reaction: .unknown, method: "sale.order.update")
}
