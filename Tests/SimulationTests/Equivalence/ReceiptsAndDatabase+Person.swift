import FiscalProviders
import JobQueue
import Postgres
import Testing

@testable import Relay

extension ReceiptsAndDatabase {
    /// What the command line lets people do with a dead job that has receipts: by the code of production there, by what
    /// the simulation's person does here.
    mutating func actAsPerson() async throws {
        let dead = model.jobs.filter { $0.state == .dead && !$0.spawned }
        guard let job = dead.randomElement(using: &random), let event = job.eventID else { return }
        let moment = try await now
        if ModelDatabase.isInDoubt(job), Bool.random(using: &random) {
            try await resolve(job, event, at: moment)
        } else {
            try await replay(job, event, at: moment)
        }
        try await equalise(since: moment)
    }

    private mutating func replay(_ job: ModelJob, _ event: Int64, at moment: Timestamp) async throws {
        let orders: [ReplayPlan.OrderedAs?] = [nil, .receipt, .correction]
        let orderedAs = orders.randomElement(using: &random) ?? nil
        let newest = ReceiptAdministration.newest(model.receipts(of: event))
        let plan = try? ReplayPlan.plan(
            reason: job.reasonCode, receipts: newest.map(\.state), orderedAs: orderedAs, kind: job.kind,
            failedInPassing: newest.first(where: \.hasFailedInPassing)?.type, isInDoubt: ModelDatabase.isInDoubt(job))
        let isDone =
            plan.map {
                model.replay(
                    job.id, step: $0.firstStep(afterDyingAt: job.step), nextEdition: $0 == .nextEdition,
                    orderedAs: orderedAs?.rawValue, at: moment)
            } ?? false
        let answer = try await ReceiptAdministration(pool: pool).replay(
            JobID(job.id), as: orderedAs, who: "anna", why: "why")
        story.append("replay \(job.id) as \(orderedAs?.rawValue ?? "before"): \(isDone)")
        #expect((answer == .done) == isDone, "seed \(seed): \(answer) after \(story.suffix(12))")
    }

    private mutating func resolve(_ job: ModelJob, _ event: Int64, at moment: Timestamp) async throws {
        guard let receipt = model.receipt(event: event, part: job.part), receipt.state == .planned,
            let place = model.receipts.firstIndex(where: { $0.id == receipt.id })
        else { return }
        let isAbsent = Bool.random(using: &random)
        let number = "task-\(receipt.id)"
        let answer = try await ReceiptAdministration(pool: pool).resolve(
            JobID(job.id), isAbsent ? .absent : .accepted(providerID: number), who: "anna", why: "why")
        let isDone = model.resolve(
            job.id, step: isAbsent ? ReceiptSteps.submit : ReceiptSteps.await,
            queue: receipt.promised.intent.destination, isAbsent: isAbsent, at: moment)
        if isDone, !isAbsent {
            model.receipts[place].state = .submitted
            model.receipts[place].providerID = number
        }
        story.append("resolve \(job.id) as \(isAbsent ? "absent" : "accepted")")
        #expect((answer == .done) == isDone, "seed \(seed): \(answer) after \(story.suffix(12))")
    }
}
