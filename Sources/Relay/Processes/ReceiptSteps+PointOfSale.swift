import Fiscal
import JobQueue
import Postgres

extension ReceiptSteps {
    /// The outcome of a transaction whose receipt a terminal printed: on record, and shown in the order. Nil for every
    /// other run, and for a payload that cannot be read.
    ///
    /// However late it comes: nothing of it is due from us.
    func runPrinted(_ run: JobRun, shop: Shop) async -> Outcome? {
        guard run.kind == PosTransaction.kind, let event = run.eventID else { return nil }
        if PosTransaction.isLeftToTerminal(payload: run.payload) {
            return Outcome(.finish(outcome: "left_to_terminal"))
        }
        guard let transaction = try? PosTransaction(payload: run.payload), transaction.isPrinted else { return nil }
        guard let signs = transaction.signs else { return Outcome(.finish(outcome: "left_to_terminal")) }
        do {
            let settlement = SettlementKey.pointOfSale(transaction: transaction.id).description
            if let rival = try await receipts.rival(shop: run.shop, settlementKey: settlement, of: event) {
                return try await repeated(event, of: rival, settlement: settlement)
            }
            var spawned: [SpawnedJob] = []
            if let portal = shop.portal, let order = transaction.order?.id {
                spawned = [WritebackStep.job(order: order, portal: portal)]
            }
            if try await receipts.receipt(event: event, part: 1) != nil {
                return Outcome(.finish(outcome: "recorded"), spawned: spawned)
            }
            let context = PlanningContext(
                shop: shop.settings, occurredAt: run.occurredAt.secondsSince1970, ledger: OrderLedger(receipts: []))
            let receipt = try PointOfSalePlanner.printed(transaction, context)
            let effect = try PrintedReceiptEffects.record(
                receipt, signs: signs, event: event, shop: run.shop, eventKey: run.eventKey, edition: run.edition)
            return Outcome(.finish(outcome: "recorded"), effects: [effect], spawned: spawned)
        } catch let fault as PlanningFault {
            return Outcome(.dead(failure.planning(fault)))
        } catch {
            return databaseAway()
        }
    }

    /// The same transaction under another key: the same content is no news, another one is for a person (I11).
    private func repeated(_ event: Int64, of rival: Int64, settlement: String) async throws(PostgresError) -> Outcome {
        try await events.sayTheSame(event, rival)
            ? Outcome(.finish(outcome: "repeated"))
            : Outcome(.dead(failure.alreadyReceipted(by: rival, settlement: settlement)))
    }

    /// - Throws: ``PlanningFault``, `PostgresError`.
    func planPointOfSale(
        _ transaction: PosTransaction, _ run: JobRun, event: Int64, _ context: PlanningContext
    ) async throws -> ReceiptPlan {
        let settlement = SettlementKey.pointOfSale(transaction: transaction.id).description
        if let rival = try await receipts.rival(shop: run.shop, settlementKey: settlement, of: event),
            try await events.sayTheSame(event, rival)
        {
            return .nothingDue("repeated")
        }
        var family = PointOfSalePlanner.Family()
        if transaction.type == .sale {
            family.cancelledBy = try await stock.cancellation(shop: run.shop, transaction: transaction.id)
        } else if transaction.type == .refund, let original = transaction.originalID {
            family.unreceiptedOriginal = try await events.unreceiptedSale(
                shop: run.shop, transaction: original, before: event)
        }
        return try PointOfSalePlanner.plan(transaction, context, family)
    }
}
