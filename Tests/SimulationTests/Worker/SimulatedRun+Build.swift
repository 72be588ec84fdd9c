import Fiscal
import Postgres

@testable import JobQueue
@testable import Relay

extension SimulatedRun {
    /// See `ReceiptSteps.runBuild`.
    func build() {
        shop { shop in
            if let late = steps.lateness(of: run, shop: shop) { return answer(Outcome(.dead(late))) }
            read({ [self] in world.database.receipts(of: event) }) { [self] own in
                if let outcome = steps.resume(run, own) { return answer(outcome) }
                plan(shop, own)
            }
        }
    }

    private func plan(_ shop: Shop, _ own: [StoredReceipt]) {
        guard let sample = SampleEvent.find(event, shop: run.shop) else {
            return answer(Outcome(.dead(steps.failure.payloadErased())))
        }
        read({ [self] in history(of: sample) }) { [self] history, unreceipted in
            guard let plan = world.book.plan(sample, run, history: history, unreceipted: unreceipted) else { return }
            switch plan.result {
            case .failure(let fault): answer(Outcome(.dead(steps.failure.planning(fault))))
            case .success(let result): promise(result, plan, shop, own)
            }
        }
    }

    private func history(of sample: SampleEvent) -> ([ModelReceipt], Int64?) {
        let database = world.database
        let isShipment = sample.role == .shipment
        return (
            database.history(shop: run.shop, order: sample.order, without: event),
            isShipment ? database.unreceiptedPayment(shop: run.shop, lane: run.lane, before: event) : nil
        )
    }

    private func promise(_ result: ReceiptPlan, _ plan: ReceiptBook.Plan, _ shop: Shop, _ own: [StoredReceipt]) {
        let settlements = ReceiptSteps.settlements(of: result, own)
        read({ [self] in rivals(settlements) }) { [self] rivals in
            do {
                let outcome = try steps.promise(
                    result, run, event: event, shop: shop, own: own, rivals: rivals
                ) { receipt, part in
                    try world.book.promise(receipt, part: part, of: plan, run, shop)
                }
                if world.mutation == .sentBeforeIntent { sendBeforeIntent(outcome, shop) }
                answer(outcome)
            } catch {
                answer(Outcome(.dead(JobFailure(code: "receipt_unbuildable", message: "\(error)"))))
            }
        }
    }

    private func rivals(_ settlements: [String]) -> [String: Int64] {
        var rivals: [String: Int64] = [:]
        for settlement in settlements {
            rivals[settlement] = world.database.rival(shop: run.shop, settlement: settlement, of: event)
        }
        return rivals
    }

    private func sendBeforeIntent(_ outcome: Outcome, _ shop: Shop) {
        for effect in outcome.effects.prefix(1) {
            guard let promised = world.book.promised(by: effect) else { continue }
            ProviderLine(self).submit(key: promised.key, digest: promised.digest, deduplicates: run.shop == "resend") {
                _ in
            }
        }
    }
}
