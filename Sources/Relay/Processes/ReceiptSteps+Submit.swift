import Crypto
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
            switch submission(of: receipt, run, shop: shop, jitter: Double.random(in: 0...1)) {
            case .answer(let outcome):
                return outcome
            case .finished:
                return afterFiscalised(
                    receipt, run, shop: shop, others: try await receipts.receipts(event: receipt.eventID))
            case .send(let register):
                guard let request = try await receipts.request(of: receipt.id) else {
                    return Outcome(.dead(failure.receiptGone(part: run.part)))
                }
                return await send(request, receipt, register, run, shop: shop)
            }
        } catch {
            return databaseAway()
        }
    }

    /// What a submit step does with a receipt.
    enum Submission {
        /// Its bytes go to this register, while the lease outlives the request.
        case send(CashRegister)
        /// It has its fiscal signs: the next part, or the end.
        case finished
        /// Nothing is sent.
        case answer(Outcome)
    }

    /// What is to be done with a receipt before anything is sent: a pure function of what is on record, and of a
    /// jitter, 0 up to 1, that the caller draws.
    func submission(of receipt: StoredReceipt, _ run: JobRun, shop: Shop, jitter: Double) -> Submission {
        let register = directory.registers[receipt.destination]
        let decision = SubmitDecision.beforeSending(
            state: receipt.state, settlesDoubt: run.settlingDoubt || receipt.isSuspect,
            doubt: doubt(about: receipt, run, register),
            isToGiveWay: isToGiveWay(receipt, run),
            isLate: run.orderedAs == nil
                && run.occurredAt.duration(to: run.claimedAt) > shop.settings.fiscalDeadline,
            heard: run.evidence.flatMap(SubmitEvidence.providerID))
        switch decision {
        case .send:
            guard let register else { return .answer(Outcome(.dead(failure.unknownDestination(receipt.destination)))) }
            return .send(register)
        case .alreadyAccepted(let providerID):
            return .answer(accepted(receipt, providerID: providerID, shop, exchange: nil, jitter: jitter))
        case .await:
            return .answer(
                Outcome(.next(step: Self.await, queue: receipt.destination, part: receipt.part, checkpoint: nil)))
        case .finished:
            return .finished
        case .closed:
            return .answer(Outcome(.dead(failure.receiptClosed(receipt.state))))
        case .person:
            return .answer(Outcome(.dead(failure.inDoubt())))
        case .late:
            return .answer(
                Outcome(
                    .dead(
                        failure.deadlinePassed(
                            hours: shop.settings.fiscalDeadline.components.seconds / 3600, kind: run.kind))))
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

    /// How long the lease must outlive the moment before a send: the answer must be here, and be written, while it
    /// holds, or another worker may be sending too.
    static func leaseNeeded(by register: CashRegister) -> Duration { register.timeout + WorkerSettings.answerMargin }

    private func send(
        _ request: [UInt8], _ receipt: StoredReceipt, _ register: CashRegister, _ run: JobRun, shop: Shop
    ) async -> Outcome {
        guard run.hasLease(for: Self.leaseNeeded(by: register)) else { return Outcome(.handBack) }
        let sentAt = LocalClock.now
        let answer = await register.provider.submit(request, of: receipt.type)
        // Of what was sent, not of what was to be sent: the history is judged by it (I2).
        let digest = Array(SHA256.hash(data: request))
        return afterSending(
            answer, receipt, register, shop, claimedAt: run.claimedAt, digest: digest, sentAt: sentAt,
            answeredAt: LocalClock.now, jitter: Double.random(in: 0...1))
    }

    /// What became of a send: a pure function of the answer, and of a jitter, 0 up to 1, that the caller draws.
    ///
    /// The request, of SHA-256 `digest`, began to leave at `sentAt`, and its answer was here, or the wait for it over,
    /// at `answeredAt`, by this machine's clock. Its run was claimed at `claimedAt`, by the database's.
    func afterSending(
        _ answer: SubmitAnswer, _ receipt: StoredReceipt, _ register: CashRegister, _ shop: Shop, claimedAt: Timestamp,
        digest: [UInt8], sentAt: Timestamp, answeredAt: Timestamp, jitter: Double
    ) -> Outcome {
        let exchange = ExchangeRecord(
            sentAt: answer.exchange.provenUnsent ? nil : sentAt,
            answeredAt: answer.exchange.httpStatus == nil ? nil : answeredAt, code: answer.exchange.code,
            digest: digest, evidence: SubmitEvidence.text(answer))
        switch answer.verdict {
        case .accepted(let providerID):
            return accepted(receipt, providerID: providerID, shop, exchange: exchange, jitter: jitter)
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
                // Or every receipt that waits would be in doubt in its turn.
                let rest = answer.pause.map {
                    DestinationEffects.rest(
                        receipt.destination, for: $0, failure.provider(fault), claimedAt: claimedAt)
                }
                return Outcome(
                    .dead(failure.inDoubt(blames: true)), effects: rest.map { [$0] } ?? [], exchange: exchange)
            }
            return Outcome(
                .inDoubt(failure.provider(fault, blames: true), retryAfter: answer.pause), exchange: exchange)
        }
    }

    /// The provider has the receipt: it is asked for it from now on.
    func accepted(
        _ receipt: StoredReceipt, providerID: String, _ shop: Shop, exchange: ExchangeRecord?, jitter: Double
    ) -> Outcome {
        var effects = [ReceiptEffects.accept(receipt.id, providerID: providerID)]
        // It may have been called about while it was being sent.
        if shop.callbackURL != nil { effects.append(CallbackEffects.hasten(receipt.id)) }
        return Outcome(
            .next(
                step: Self.await, queue: receipt.destination, part: receipt.part, checkpoint: nil,
                after: PollSchedule.pause(
                    polls: 1, pastDeadline: false, first: shop.settings.provider.firstPoll, jitter: jitter)),
            effects: effects, exchange: exchange)
    }
}
