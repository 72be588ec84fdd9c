import FiscalProviders
import Postgres

@testable import JobQueue
@testable import Relay

/// One run of a step: what it reads and what it sends, with the decisions of production in between.
final class SimulatedRun {
    let run: JobRun
    let engine: SimulatedEngine
    private let stretch: SimulatedStretch?
    /// Its answer is wanted now: nothing leaves any more, and what is under way is not waited for.
    private(set) var isCancelled = false
    /// Ends the request under way. It holds this run until then.
    var endRequest: () -> Void = {}

    var process: SimulatedProcess { engine.process }
    var world: SimulatedWorld { engine.world }
    var steps: ReceiptSteps { world.book.steps }
    var event: Int64 { run.eventID ?? 0 }

    init(_ run: JobRun, _ engine: SimulatedEngine, in stretch: SimulatedStretch? = nil) {
        self.run = run
        self.engine = engine
        self.stretch = stretch
    }

    func begin() {
        process.post(world.draw(10...500)) { [self] in
            switch run.step {
            case ReceiptSteps.build: build()
            case ReceiptSteps.submit: submit()
            case NoteStep.name: note()
            case WritebackStep.step: write()
            default: ask()
            }
        }
    }

    func answer(_ outcome: Outcome) {
        endRequest = {}
        engine.ended(self)
        if let stretch { stretch.answered(run, outcome) } else { engine.answer(run, outcome) }
    }

    func cancel() {
        guard !isCancelled else { return }
        isCancelled = true
        process.post(0) { [self] in endRequest() }
    }

    /// Reads from the database; what cannot be read is tried again soon.
    func read<Value>(_ work: @escaping () -> Value, _ then: @escaping (Value) -> Void) {
        process.exchange("reading", work) { [self] value, _ in
            guard let value else { return answer(steps.databaseAway()) }
            then(value)
        }
    }

    func shop(_ then: (Shop) -> Void) {
        guard let shop = world.book.shop(run.shop) else {
            return answer(Outcome(.dead(steps.failure.unknownShop(run.shop, known: []))))
        }
        then(shop)
    }

    /// See `ReceiptSteps.afterFiscalised`.
    func finished(_ receipt: StoredReceipt, _ shop: Shop) {
        read({ [self] in world.database.receipts(of: event) }) { [self] others in
            answer(steps.afterFiscalised(receipt, run, shop: shop, others: others))
        }
    }

    // MARK: Await

    /// See `ReceiptSteps.runAwait`.
    private func ask() {
        shop { shop in
            read({ [self] in world.database.receipt(event: event, part: run.part) }) { [self] receipt in
                guard let receipt = receipt?.stored else {
                    return answer(Outcome(.dead(steps.failure.receiptGone(part: run.part))))
                }
                switch steps.question(about: receipt, run) {
                case .answer(let outcome): answer(outcome)
                case .finished: finished(receipt, shop)
                case .ask(_, let number):
                    ProviderLine(self).ask(number) { [self] reply in
                        settle(heard(reply), receipt, shop)
                    }
                }
            }
        }
    }

    /// What the provider says of the receipt, as the safeguards that are left understand it.
    private func heard(_ reply: ProviderReply) -> StatusAnswer {
        let answer = world.book.status(reply)
        guard world.mutation == .passingFailureRefused, case .failed(let fault, _) = answer.verdict else {
            return answer
        }
        return StatusAnswer(.failed(fault, passing: false), exchange: answer.exchange)
    }

    private func settle(_ reply: StatusAnswer, _ receipt: StoredReceipt, _ shop: Shop) {
        let answeredAt = world.timestamp
        func settled(_ others: [StoredReceipt]) {
            answer(
                steps.settle(
                    reply, receipt, run, shop: shop, others: others, answeredAt: answeredAt, jitter: world.jitter))
        }
        guard case .fiscalised = reply.verdict else { return settled([]) }
        read({ [self] in world.database.receipts(of: event) }, settled)
    }
}
