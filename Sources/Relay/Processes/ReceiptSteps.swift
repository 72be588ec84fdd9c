package import Fiscal
package import JobQueue
package import Postgres

/// The process of every event that needs receipts: build, submit, await, part after part.
///
/// Build puts key and bytes of all parts on record in the transaction that moves the job to submit, so the intent is on
/// disk before any worker may send (I2). Submit and await are claimed from the provider's own queue.
package struct ReceiptSteps: Sendable {
    package static let build = "build"
    package static let submit = "submit"
    package static let await = "await"

    /// Kinds of events that run through this process.
    package static let kinds = [
        "order.paid", "payment.refunded", "order.shipped", "receipt.correction", "cashbox.check", "pos.transaction",
    ]

    let directory: ShopDirectory
    let receipts: ReceiptStore
    let events: EventStore
    let stock: StockStore
    let failure: StepFailure

    package init(directory: ShopDirectory, pool: PostgresPool, language: FaultLanguage) {
        self.directory = directory
        receipts = ReceiptStore(pool: pool)
        events = EventStore(pool: pool)
        stock = StockStore(pool: pool)
        failure = StepFailure(language: language)
    }

    /// The steps of all kinds, for a worker.
    package var definitions: [StepDefinition] {
        let longestRequest = directory.registers.values.map(\.timeout).max() ?? .seconds(15)
        return Self.kinds.flatMap { kind in
            [
                StepDefinition(
                    key: StepKey(kind: kind, step: Self.build), doubt: .none, timeout: .seconds(60),
                    runOne: { Self.heard(await self.timed(self.runBuild($0), $0), $0) }),
                StepDefinition(
                    key: StepKey(kind: kind, step: Self.submit), doubt: .resend,
                    timeout: longestRequest + .seconds(5), runOne: { await self.runSubmit($0) }),
                StepDefinition(
                    key: StepKey(kind: kind, step: Self.await), doubt: .none, timeout: longestRequest + .seconds(5),
                    runOne: { await self.runAwait($0) }),
            ]
        }
    }

    /// The outcome of a build, with the word to the stock ledger that a payment of an order has come, whatever became
    /// of its receipt: refunds that were told before it count on it.
    static func heard(_ outcome: Outcome, _ run: JobRun) -> Outcome {
        let lane = "order:"
        guard run.kind == "order.paid", run.lane.hasPrefix(lane) else { return outcome }
        switch outcome.verdict {
        case .next, .finish, .dead: break
        case .snooze, .handBack, .later, .throttled, .unauthorised, .inDoubt: return outcome
        }
        return Outcome(
            outcome.verdict,
            effects: outcome.effects + [
                StockEffects.hear(order: String(run.lane.dropFirst(lane.count)), shop: run.shop)
            ],
            spawned: outcome.spawned, exchange: outcome.exchange, deadline: outcome.deadline)
    }

    /// The outcome of a build with the deadline of its receipts, whatever became of them: what stands still before there
    /// are any is late as well.
    private func timed(_ outcome: Outcome, _ run: JobRun) -> Outcome {
        directory.shops[run.shop].map { outcome.due(by: Self.deadline(of: run, shop: $0)) } ?? outcome
    }

    /// A step that could not read what it needs: nothing was done, so it runs again soon.
    func databaseAway() -> Outcome {
        Outcome(.later(failure.database(), after: .seconds(1)))
    }

    /// How long after its event a receipt must have been sent, as an instant of the event's clock.
    static func deadline(of run: JobRun, shop: Shop) -> Timestamp {
        run.occurredAt.advanced(by: shop.settings.fiscalDeadline)
    }
}
