package import Fiscal
package import JobQueue
package import Postgres

/// The first step of every event that concerns stock: committed before anything fiscal, and stopped by no fault of a
/// receipt.
package struct StockSteps: Sendable {
    package static let step = "stock"
    /// The fleet's periodic look for events that wait for their lane with their stock not moved.
    package static let aheadKind = "stock.ahead"

    private static let afterStock = [
        "pos.transaction": ReceiptSteps.build, "order.shipped": ReceiptSteps.build,
        "payment.refunded": ReceiptSteps.build,
    ]
    /// Events that one look ahead takes, and orders whose payments have come.
    package static let aheadBatch = 500
    /// Looks that follow each other at once, at most.
    package static let mostLooks = 100

    private let directory: ShopDirectory
    private let store: StockStore
    private let failure: StepFailure

    package init(directory: ShopDirectory, pool: PostgresPool, language: FaultLanguage) {
        self.directory = directory
        store = StockStore(pool: pool)
        failure = StepFailure(language: language)
    }

    /// The steps of all kinds, for a worker.
    package var definitions: [StepDefinition] {
        StockReading.kinds.map { kind in
            StepDefinition(
                key: StepKey(kind: kind, step: Self.step), doubt: .none, timeout: .seconds(30), batchSize: 100,
                run: { runs in runs.map(self.run) })
        } + [
            StepDefinition(
                key: StepKey(kind: Self.aheadKind, step: Self.step), doubt: .none, timeout: .seconds(60),
                runOne: { await self.lookAhead($0) })
        ]
    }

    /// A lane that is held, by a receipt that cannot be made or a provider that is away, holds no stock for longer.
    package static let schedule = ScheduleDefinition(
        name: aheadKind, key: StepKey(kind: aheadKind, step: step), lane: aheadKind, every: .seconds(10))

    private func run(_ run: JobRun) -> Outcome {
        guard let shop = directory.shops[run.shop] else {
            return Outcome(.dead(failure.unknownShop(run.shop, known: Array(directory.shops.keys))))
        }
        let next: Verdict =
            if let step = Self.afterStock[run.kind] {
                .next(step: step, queue: QueueName.local, part: run.part, checkpoint: nil)
            } else {
                .finish(outcome: "recorded")
            }
        // Retention empties payloads of ended events only; an event without one has moved its stock long ago.
        guard run.payload != "null", let event = run.eventID else { return Outcome(next) }
        let changes = reading(of: shop).changes(
            kind: run.kind, payload: run.payload, occurredAt: run.occurredAt.secondsSince1970)
        return Outcome(
            next, effects: changes.map { StockEffects.move($0, event: event, shop: run.shop) },
            spawned: Self.mayPush(changes, shop) ? [StockPushSteps.dispatcher] : [])
    }

    private func reading(of shop: Shop) -> StockReading {
        StockReading(settings: shop.settings.stock, language: failure.language)
    }

    /// What comes back by a cancel is pushed if its goods were, which the ledger knows.
    private static func mayPush(_ changes: [StockChange], _ shop: Shop) -> Bool {
        shop.portal != nil && shop.settings.stock.owner != .bitrix
            && changes.contains { change in
                switch change {
                case .line(let line): line.isPushed
                case .cancel: true
                case .fault: false
                }
            }
    }

    /// Moves the stock of events whose job waits for its lane, and what waits for a payment that has come. When its
    /// turn comes, their stock step finds it done.
    private func lookAhead(_ run: JobRun) async -> Outcome {
        do {
            let waiting = try await store.waiting(atMost: Self.aheadBatch)
            var effects: [Effect] = [StockEffects.bringBack(orders: Self.aheadBatch)]
            for event in waiting {
                effects.append(StockEffects.ahead(event.id))
                // Of a shop that is not configured it waits for the turn.
                guard let shop = directory.shops[event.shop] else { continue }
                let changes = reading(of: shop).changes(
                    kind: event.kind, payload: event.payload, occurredAt: event.occurredAt.secondsSince1970)
                effects += changes.map { StockEffects.move($0, event: event.id, shop: event.shop) }
                if Self.mayPush(changes, shop) { effects.append(StockEffects.push(shop: event.shop)) }
            }
            let heard = try await store.heard(atMost: Self.aheadBatch + 1)
            return Outcome(Self.afterLook(events: waiting.count, heard: heard, look: run.part), effects: effects)
        } catch {
            return Outcome(.later(failure.database(), after: .seconds(1)))
        }
    }

    /// What follows a look, counted from 1, that found so many events, and orders that were heard of: another one at
    /// once where more wait than it took. What somebody else keeps locked is not waited for: the schedule brings the next.
    package static func afterLook(events: Int, heard: Int, look: Int) -> Verdict {
        (events >= aheadBatch || heard > aheadBatch) && look < mostLooks
            ? .next(step: step, queue: QueueName.local, part: look + 1, checkpoint: nil)
            : .finish(outcome: "moved")
    }
}
