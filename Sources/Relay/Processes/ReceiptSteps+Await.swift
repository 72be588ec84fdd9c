import Fiscal
import FiscalProviders
import JobQueue
import Postgres

extension ReceiptSteps {
    /// Asks the provider once for the fate of a receipt that it has.
    func runAwait(_ run: JobRun) async -> Outcome {
        guard let shop = directory.shops[run.shop] else {
            return Outcome(.dead(failure.unknownShop(run.shop, known: Array(directory.shops.keys))))
        }
        do {
            guard let event = run.eventID,
                let receipt = try await receipts.receipt(event: event, part: run.part)
            else { return Outcome(.dead(failure.receiptGone(part: run.part))) }
            switch question(about: receipt, run) {
            case .answer(let outcome):
                return outcome
            case .finished:
                return afterFiscalised(
                    receipt, run, shop: shop, others: try await receipts.receipts(event: receipt.eventID))
            case .ask(let register, let providerID):
                let answer = await register.provider.status(of: providerID)
                var others: [StoredReceipt] = []
                if case .fiscalised = answer.verdict {
                    others = try await receipts.receipts(event: receipt.eventID)
                }
                return settle(
                    answer, receipt, run, shop: shop, others: others, answeredAt: LocalClock.now,
                    jitter: Double.random(in: 0...1))
            }
        } catch {
            return databaseAway()
        }
    }

    /// What an await step does about a receipt.
    enum Question {
        /// This register is asked by its own number of the receipt.
        case ask(CashRegister, providerID: String)
        /// It has its fiscal signs: the next part, or the end.
        case finished
        /// Nobody is asked.
        case answer(Outcome)
    }

    /// Who is to be asked about a receipt: a pure function of what is on record.
    func question(about receipt: StoredReceipt, _ run: JobRun) -> Question {
        switch receipt.state {
        case .fiscalised:
            return .finished
        case .planned where isToGiveWay(receipt, run):
            break
        case .planned:
            return .answer(
                Outcome(.next(step: Self.submit, queue: receipt.destination, part: receipt.part, checkpoint: nil)))
        case .refused, .shadow, .abandoned:
            return .answer(Outcome(.dead(failure.receiptClosed(receipt.state))))
        case .submitted:
            break
        }
        guard let register = directory.registers[receipt.destination] else {
            return .answer(Outcome(.dead(failure.unknownDestination(receipt.destination))))
        }
        guard let providerID = receipt.providerID else {
            return .answer(Outcome(.dead(failure.receiptGone(part: run.part))))
        }
        return .ask(register, providerID: providerID)
    }

    /// Whether a person has ordered a correction in place of this receipt, which the provider had and could not print at
    /// the time: it is asked once more, since a copy that came late may have had it printed.
    func isToGiveWay(_ receipt: StoredReceipt, _ run: JobRun) -> Bool {
        run.orderedAs == Self.asCorrection && receipt.hasFailedInPassing && !receipt.type.isCorrection
    }

    /// What the provider's word on a receipt means: a pure function of it, and of a jitter, 0 up to 1, that the caller
    /// draws.
    ///
    /// `others` are all receipts of the event, wanted only when this one is fiscalised; `answeredAt` is by this
    /// machine's clock.
    func settle(
        _ answer: StatusAnswer, _ receipt: StoredReceipt, _ run: JobRun, shop: Shop, others: [StoredReceipt],
        answeredAt: Timestamp, jitter: Double
    ) -> Outcome {
        let exchange = ExchangeRecord(answeredAt: answeredAt, code: answer.exchange.code)
        let pastDeadline = run.occurredAt.duration(to: run.claimedAt) > shop.settings.fiscalDeadline
        let isToGiveWay = isToGiveWay(receipt, run)
        switch answer.verdict {
        case .waiting:
            if isToGiveWay, let providerID = receipt.providerID {
                // A copy of it has come and is being printed after all.
                return accepted(receipt, providerID: providerID, shop, exchange: exchange, jitter: jitter)
            }
            return Outcome(
                .snooze(
                    for: PollSchedule.pause(
                        polls: run.snoozes + 2, pastDeadline: pastDeadline, first: shop.settings.provider.firstPoll,
                        jitter: jitter),
                    checkpoint: run.checkpoint))
        case .fiscalised(let result):
            let effect = ReceiptEffects.fiscalise(
                receipt.id, fn: result.fn, fd: result.fd, fpd: result.fpd, qr: result.qr)
            return afterFiscalised(receipt, run, shop: shop, others: others, effects: [effect], exchange: exchange)
        case .failed(let fault, passing: true) where !isToGiveWay:
            // Nothing is wrong with the receipt: the same bytes again, which the provider queues anew; past the deadline
            // when a person says so. It is not refused, since a copy that is still on its way would have it printed.
            if pastDeadline {
                return Outcome(
                    .dead(failure.tooLateToPrint(fault, kind: run.kind)),
                    effects: [ReceiptEffects.reopen(receipt.id, fault)],
                    exchange: exchange)
            }
            return Outcome(
                .next(
                    step: Self.submit, queue: receipt.destination, part: receipt.part, checkpoint: nil,
                    after: Self.pauseAfterPassingFailure),
                effects: [ReceiptEffects.reopen(receipt.id, fault)], exchange: exchange)
        case .failed(let fault, _):
            return Outcome(
                .dead(failure.provider(fault)), effects: [ReceiptEffects.refuse(receipt.id, fault)],
                exchange: exchange)
        case .unknownReceipt(let fault) where isToGiveWay:
            return Outcome(.dead(failure.cannotGiveWay(fault)), exchange: exchange)
        case .unknownReceipt(let fault):
            // Accepted and then unknown: a list that lags, or an account that was changed. Asking never stops.
            return Outcome(
                .later(failure.provider(fault), after: pauseAfterFault(run, shop, jitter)), exchange: exchange)
        case .later(let fault):
            return Outcome(
                .later(failure.provider(fault, blames: true), after: pauseAfterFault(run, shop, jitter)),
                exchange: exchange)
        case .throttled(let fault, let retryAfter):
            return Outcome(
                .throttled(failure.provider(fault), retryAfter: retryAfter),
                effects: rest(receipt.destination, fault, retryAfter, run), exchange: exchange)
        case .unauthorised(let fault):
            return Outcome(.unauthorised(failure.provider(fault)), exchange: exchange)
        }
    }

    /// What is sent to an account that is away would be a doubt for a person where a repeat could be a second receipt:
    /// the word of a poll spares them, too.
    private func rest(
        _ destination: String, _ fault: ProviderFault, _ pause: Duration?, _ run: JobRun
    ) -> [Effect] {
        guard fault.kind == .outage, directory.registers[destination]?.provider.doubt.policy == .person else {
            return []
        }
        return [
            DestinationEffects.rest(
                destination, for: pause ?? .zero, failure.provider(fault), claimedAt: run.claimedAt)
        ]
    }

    private static let pauseAfterPassingFailure: Duration = .seconds(30)

    private func pauseAfterFault(_ run: JobRun, _ shop: Shop, _ jitter: Double) -> Duration {
        PollSchedule.pauseAfterFault(
            elapsed: run.stepSince.duration(to: run.claimedAt),
            pastDeadline: run.occurredAt.duration(to: run.claimedAt) > shop.settings.fiscalDeadline,
            jitter: jitter)
    }

    /// The receipt is done: the next part, or the end with the write-back to the order. `others` are all receipts of
    /// its event.
    func afterFiscalised(
        _ receipt: StoredReceipt, _ run: JobRun, shop: Shop, others: [StoredReceipt], effects: [Effect] = [],
        exchange: ExchangeRecord? = nil
    ) -> Outcome {
        let open = others.first { $0.part > receipt.part && ($0.state == .planned || $0.state == .submitted) }
        if let open {
            return Outcome(
                .next(step: Self.submit, queue: open.destination, part: open.part, checkpoint: nil), effects: effects,
                exchange: exchange)
        }
        var spawned: [SpawnedJob] = []
        if let portal = shop.portal, let order = receipt.orderID {
            spawned.append(WritebackStep.job(order: order, portal: portal))
        }
        return Outcome(.finish(outcome: "fiscalised"), effects: effects, spawned: spawned, exchange: exchange)
    }
}
