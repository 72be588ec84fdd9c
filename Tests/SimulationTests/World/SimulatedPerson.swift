import Postgres
import Relay

/// Somebody who looks at dead letters now and then, and does what the command line lets people do.
final class SimulatedPerson {
    private unowned let world: SimulatedWorld
    private var replays: [Int64: Int] = [:]

    init(_ world: SimulatedWorld) {
        self.world = world
    }

    /// Whether a dead letter will not be left as it is.
    static func cares(_ job: ModelJob, _ world: SimulatedWorld) -> Bool {
        switch job.reasonCode {
        case "in_doubt", "deadline_passed", "crashes": true
        case "original_missing", "prepayment_not_receipted": isHoldingElders(job, world)
        default: ModelDatabase.isInDoubt(job)
        }
    }

    /// Whether it holds its lane before events that were to come first.
    private static func isHoldingElders(_ job: ModelJob, _ world: SimulatedWorld) -> Bool {
        job.holder
            && world.database.jobs.contains { $0.id < job.id && $0.shop == job.shop && $0.lane == job.lane }
    }

    func visit() {
        if !world.isDatabaseAway {
            for job in world.database.jobs where job.state == .dead { look(at: job) }
            for name in world.database.destinations.keys.sorted()
            where world.database.destinations[name]?.pausedUntil == .infinity {
                world.tell("a person opens \(name)")
                world.database.resume(name, at: world.timestamp)
            }
            world.changed()
        }
        world.after(world.draw(2_000_000...6_000_000)) { [self] in visit() }
    }

    private func look(at job: ModelJob) {
        if ModelDatabase.isInDoubt(job) { return resolve(job) }
        if Self.isHoldingElders(job, world) {
            world.tell("a person lets the others of its lane pass job \(job.id)")
            _ = world.database.release(job.id, at: world.timestamp)
            return
        }
        let count = replays[job.id] ?? 0
        let isWanted = job.reasonCode == "deadline_passed" || job.reasonCode == "crashes"
        guard isWanted || count < 2 && world.draw(0...1) == 0 else { return }
        let orderedAs = order(for: job)
        // Whoever writes a correction does not do so while something may still be under way.
        if orderedAs == .correction, job.runAt.duration(to: world.timestamp) < Self.longestWay { return }
        replays[job.id] = count + 1
        replay(job, orderedAs: orderedAs)
    }

    private static let longestWay: Duration = .seconds(10)

    /// What is due for an event whose deadline has passed. In some schedules it is a correction, where one can be made.
    private func order(for job: ModelJob) -> ReplayPlan.OrderedAs? {
        let isLate = job.reasonCode == "deadline_passed"
        let couldNotPrint = job.reasonCode == "provider_" + ModelProvider.passing
        let prefersCorrections = world.seed % 5 == 2 || world.mutation == .correctionUnasked
        if isLate || couldNotPrint, job.kind == "order.paid", prefersCorrections { return .correction }
        return isLate ? .receipt : nil
    }

    /// See `ReceiptAdministration.replay`.
    private func replay(_ job: ModelJob, orderedAs: ReplayPlan.OrderedAs?) {
        guard let event = job.eventID else { return }
        let newest = ReceiptAdministration.newest(world.database.receipts(of: event))
        guard
            let plan = try? ReplayPlan.plan(
                reason: job.reasonCode, receipts: newest.map(\.state), orderedAs: orderedAs, kind: job.kind,
                failedInPassing: world.mutation == .correctionUnasked
                    ? nil : newest.first(where: \.hasFailedInPassing)?.type,
                isInDoubt: ModelDatabase.isInDoubt(job))
        else { return }
        let isDone = world.database.replay(
            job.id, step: plan.firstStep(afterDyingAt: job.step), nextEdition: plan == .nextEdition,
            orderedAs: orderedAs?.rawValue, at: world.timestamp)
        guard isDone else { return }
        world.tell("a person replays job \(job.id) (\(plan))")
        world.witness.beginsAnew(job.id)
    }

    /// Looks into the provider's account, when whatever was sent must have arrived; see
    /// `ReceiptAdministration.resolve`.
    private func resolve(_ job: ModelJob) {
        guard job.runAt.duration(to: world.timestamp) > .seconds(3), let event = job.eventID,
            let receipt = world.database.receipt(event: event, part: job.part),
            let index = world.database.receipts.firstIndex(where: { $0.id == receipt.id })
        else { return }
        let destination = receipt.promised.intent.destination
        let step: String
        if let found = world.provider.lookUp(receipt.key, at: world.now) {
            world.tell("a person finds \(receipt.key) at the provider")
            step = "await"
            guard world.database.resolve(job.id, step: step, queue: destination, at: world.timestamp) else { return }
            if receipt.isOpen {
                world.database.receipts[index].state = .submitted
                world.database.receipts[index].providerID = found.number
            }
            if receipt.isOpen, let signs = found.signs, world.draw(0...1) == 0 {
                world.database.receipts[index].state = .fiscalised
                world.database.receipts[index].signs = signs
                world.database.receipts[index].closedAt = world.timestamp
            }
        } else {
            world.tell("a person finds that \(receipt.key) never arrived")
            step = "submit"
            guard world.database.resolve(job.id, step: step, queue: destination, isAbsent: true, at: world.timestamp)
            else { return }
        }
        world.witness.settles(receipt.key)
        world.witness.beginsAnew(job.id)
    }
}
