import Bitrix
package import Fiscal
package import JobQueue
package import Postgres

/// Brings movements into the portal as catalogue documents: many movements in each, one store at a time.
///
/// A dispatcher per shop finds the stores that have something to bring; each has a lane of its own in the portal's queue.
/// `plan` puts the next document on record with its lines and its number, `send` makes the portal have it, and conduct it.
/// Nothing fiscal waits for either.
package struct StockPushSteps: Sendable {
    package static let kind = "stock.push"
    package static let lane = "stock"
    package static let dispatch = "dispatch"
    package static let plan = "plan"
    package static let send = "send"
    /// Milliseconds in which movements gather before they are brought.
    static let gathering = 2000

    private static let storeLane = "stock:"
    /// No write begins later than this into a run: what is left to do is another run's, which reads first.
    private static let writing: Duration = .seconds(20)
    /// A call that began at the last moment is over, with the renewal of its token. Whatever a lost run had under way is
    /// over by then too, so no run waits longer than this to settle it.
    package static let longestRun: Duration =
        writing + BitrixClientConfiguration().timeout + BitrixTokenServer.timeout + WorkerSettings.answerMargin

    private let directory: ShopDirectory
    private let store: StockStore
    private let failure: StepFailure

    package init(directory: ShopDirectory, pool: PostgresPool, language: FaultLanguage) {
        self.directory = directory
        store = StockStore(pool: pool)
        failure = StepFailure(language: language)
    }

    /// The job that brings what waits, for the outcome that moved it.
    static let dispatcher = SpawnedJob(
        kind: kind, lane: lane, step: dispatch, runAfter: .milliseconds(gathering), uniqueWhilePending: true)

    /// The steps, for a worker.
    package var definitions: [StepDefinition] {
        [
            StepDefinition(
                key: StepKey(kind: Self.kind, step: Self.dispatch), doubt: .none, timeout: .seconds(30),
                runOne: { await self.runDispatch($0) }),
            StepDefinition(
                key: StepKey(kind: Self.kind, step: Self.plan), doubt: .none, timeout: .seconds(30),
                runOne: { await self.runPlan($0) }),
            // Reads before it writes, every time: a lost run is settled by the next one, once its last call is over.
            StepDefinition(
                key: StepKey(kind: Self.kind, step: Self.send), doubt: .lookup, timeout: Self.longestRun,
                runOne: { await self.runSend($0) }),
        ]
    }

    private func runDispatch(_ run: JobRun) async -> Outcome {
        guard let portal = directory.shops[run.shop]?.portal else { return Outcome(.finish(outcome: "no_portal")) }
        do {
            let stores = try await store.storesToPush(shop: run.shop)
            return Outcome(
                .finish(outcome: "dispatched"),
                spawned: stores.map {
                    SpawnedJob(
                        kind: Self.kind, lane: Self.storeLane + $0, queue: portal.destination, step: Self.plan,
                        uniqueWhilePending: true)
                })
        } catch {
            return Outcome(.later(failure.database(), after: .seconds(1)))
        }
    }

    /// In the portal's queue too: while it is closed nothing is planned, and what comes meanwhile joins the document.
    private func runPlan(_ run: JobRun) async -> Outcome {
        guard let shop = directory.shops[run.shop], let portal = shop.portal else {
            return Outcome(.finish(outcome: "no_portal"))
        }
        let place = String(run.lane.dropFirst(Self.storeLane.count))
        do {
            guard try await store.hasToPush(shop: run.shop, store: place) else {
                return Outcome(.finish(outcome: "pushed"))
            }
        } catch {
            return Outcome(.later(failure.database(), after: .seconds(1)))
        }
        return Outcome(
            .next(step: Self.send, queue: portal.destination, part: run.part, checkpoint: nil),
            effects: [
                StockEffects.planDocument(shop: run.shop, store: place, atMost: shop.settings.stock.documentLines)
            ])
    }

    private func runSend(_ run: JobRun) async -> Outcome {
        guard let shop = directory.shops[run.shop], let portal = shop.portal else {
            return Outcome(.finish(outcome: "no_portal"))
        }
        let place = String(run.lane.dropFirst(Self.storeLane.count))
        let document: StockDocument
        do {
            guard let open = try await store.openDocument(shop: run.shop, store: place) else {
                return Outcome(.finish(outcome: "pushed"))
            }
            document = open
        } catch {
            return Outcome(.later(failure.database(), after: .seconds(1)))
        }
        let (wanted, refused) = document.wanted(by: shop.settings.stock)
        let effects = refused.map {
            StockEffects.refuseLine(document.id, product: $0.product, code: $0.code, message: $0.message)
        }
        guard let wanted else {
            return Outcome(
                .next(step: Self.plan, queue: portal.destination, part: run.part, checkpoint: nil),
                effects: effects + [StockEffects.closeDocument(document.id, portal: nil)])
        }
        let sentAt = LocalClock.now
        let lastWrite = ContinuousClock.now.advanced(by: Self.writing)
        let report = await CatalogueDocumentWriter(client: portal.client).write(wanted) {
            ContinuousClock.now < lastWrite && run.hasLease(for: WorkerSettings.answerMargin)
        }
        return StockPushDecision.outcome(
            of: report, document: document, shop: run.shop, effects: effects,
            exchange: ExchangeRecord(sentAt: sentAt, answeredAt: LocalClock.now),
            next: .next(step: Self.plan, queue: portal.destination, part: run.part, checkpoint: nil))
    }
}
