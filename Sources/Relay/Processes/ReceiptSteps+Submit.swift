import Fiscal
import FiscalProviders
import JobQueue
import Postgres

extension ReceiptSteps {
    /// Sends the bytes on record, once per run, and says what came of it.
    func runSubmit(_ run: JobRun) async -> Outcome {
        guard let shop = directory.shops[run.shop] else {
            return Outcome(.dead(failure.unknownShop(run.shop, known: Array(directory.shops.keys))))
        }
        do {
            guard let event = run.eventID,
                let receipt = try await receipts.receipt(event: event, part: run.part)
            else { return Outcome(.dead(failure.receiptGone(part: run.part))) }
            let register = directory.registers[receipt.destination]
            switch SubmitDecision.beforeSending(
                state: receipt.state, settlesDoubt: run.settlingDoubt || receipt.isSuspect,
                doubt: doubt(about: receipt, run, register),
                isLate: run.orderedAs == nil
                    && run.occurredAt.duration(to: run.claimedAt) > shop.settings.fiscalDeadline,
                heard: run.evidence.flatMap(SubmitEvidence.providerID))
            {
            case .send:
                break
            case .alreadyAccepted(let providerID):
                return accepted(receipt, providerID: providerID, shop, exchange: nil)
            case .await:
                return Outcome(
                    .next(step: Self.await, queue: receipt.destination, part: receipt.part, checkpoint: nil))
            case .finished:
                return try await afterFiscalised(receipt, run, shop: shop)
            case .closed:
                return Outcome(.dead(failure.receiptClosed(receipt.state)))
            case .person:
                return Outcome(.dead(failure.inDoubt()))
            case .late:
                return Outcome(
                    .dead(failure.deadlinePassed(hours: shop.settings.fiscalDeadline.components.seconds / 3600)))
            }
            guard let register else { return Outcome(.dead(failure.unknownDestination(receipt.destination))) }
            guard let request = try await receipts.request(of: receipt.id) else {
                return Outcome(.dead(failure.receiptGone(part: run.part)))
            }
            return await send(request, receipt, register, run, shop: shop)
        } catch {
            return databaseAway()
        }
    }

    /// How a doubt about this receipt is settled. A correction in place of what may have been printed in a time that a
    /// restore took back is another document, which no provider would know again.
    private func doubt(
        about receipt: StoredReceipt, _ run: JobRun, _ register: CashRegister?
    ) -> ProviderDoubt.Policy? {
        let replacesASale = run.orderedAs == ReplayPlan.OrderedAs.correction.rawValue
        return receipt.isSuspect && replacesASale ? .person : register?.provider.doubt.policy
    }

    private func send(
        _ request: [UInt8], _ receipt: StoredReceipt, _ register: CashRegister, _ run: JobRun, shop: Shop
    ) async -> Outcome {
        // The answer must be here, and be written, while the lease holds: else another worker may be sending too.
        guard run.hasLease(for: register.timeout + WorkerSettings.answerMargin) else { return Outcome(.handBack) }
        let sentAt = LocalClock.now
        let answer = await register.provider.submit(request, of: receipt.type)
        let exchange = ExchangeRecord(
            sentAt: answer.exchange.provenUnsent ? nil : sentAt,
            answeredAt: answer.exchange.httpStatus == nil ? nil : LocalClock.now, code: answer.exchange.code,
            digest: receipt.requestDigest, evidence: SubmitEvidence.text(answer))
        switch answer.verdict {
        case .accepted(let providerID):
            return accepted(receipt, providerID: providerID, shop, exchange: exchange)
        case .rejected(let fault):
            return Outcome(
                .dead(failure.provider(fault)), effects: [ReceiptEffects.refuse(receipt.id, fault)],
                exchange: exchange)
        case .later(let fault):
            return Outcome(.later(failure.provider(fault, blames: true)), exchange: exchange)
        case .throttled(let fault, let retryAfter):
            return Outcome(.throttled(failure.provider(fault), retryAfter: retryAfter), exchange: exchange)
        case .unauthorised(let fault):
            return Outcome(.unauthorised(failure.provider(fault)), exchange: exchange)
        case .unknown(let fault):
            if register.provider.doubt.policy == .person {
                return Outcome(.dead(failure.inDoubt()), exchange: exchange)
            }
            return Outcome(.inDoubt(failure.provider(fault, blames: true)), exchange: exchange)
        }
    }

    private func accepted(
        _ receipt: StoredReceipt, providerID: String, _ shop: Shop, exchange: ExchangeRecord?
    ) -> Outcome {
        var effects = [ReceiptEffects.accept(receipt.id, providerID: providerID)]
        // It may have been called about while it was being sent.
        if shop.callbackURL != nil { effects.append(CallbackEffects.hasten(receipt.id)) }
        return Outcome(
            .next(
                step: Self.await, queue: receipt.destination, part: receipt.part, checkpoint: nil,
                after: PollSchedule.pause(
                    polls: 1, pastDeadline: false, first: shop.settings.provider.firstPoll,
                    jitter: Double.random(in: 0...1))),
            effects: effects, exchange: exchange)
    }
}
