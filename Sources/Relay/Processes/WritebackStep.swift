import Bitrix
package import Fiscal
package import JobQueue
package import Postgres

/// Shows an order in the portal what `fiscal.receipt` says of it now.
///
/// A level, not an edge: whatever receipt brought the job about, the order gets what it is to show of all its receipts,
/// and a second job for the same order is not made while one is pending. Nothing fiscal waits for it.
package struct WritebackStep: Sendable {
    package static let kind = "order.writeback"
    package static let step = "write"
    private static let lanePrefix = "writeback:"

    /// For how long a worker must still be sure of its lease when it begins to write.
    private static let margin: Duration = .seconds(1)

    /// Orders that one call of this step may take: one round of the desk of their portal. A call that is spread over
    /// two rounds would hold the runs of the first one until the second one is over.
    private static let batchSize = OrderPropertyWriter.groupSize

    private static let noNumber = "the order's id is no number of Bitrix"

    private let directory: ShopDirectory
    private let receipts: ReceiptStore
    private let failure: StepFailure

    package init(directory: ShopDirectory, pool: PostgresPool, language: FaultLanguage) {
        self.directory = directory
        receipts = ReceiptStore(pool: pool)
        failure = StepFailure(language: language)
    }

    /// The job that writes an order's result, for the outcome that closes its receipt.
    package static func job(order: String, portal: Portal) -> SpawnedJob {
        SpawnedJob(
            kind: kind, lane: lanePrefix + order, queue: portal.destination, step: step, uniqueWhilePending: true)
    }

    package var definition: StepDefinition {
        StepDefinition(
            // A round is at most six calls of a minute, behind at most one other.
            key: StepKey(kind: Self.kind, step: Self.step), doubt: .none, timeout: .seconds(600),
            batchSize: Self.batchSize, writesLevel: true, run: { await self.run($0) })
    }

    /// An order that is to be written.
    private struct Writing {
        let index: Int
        let shop: String
        let order: String
        let receipt: Int64
        let portal: Portal
        let item: WritebackDesk.Item
    }

    private func run(_ runs: [JobRun]) async -> [Outcome] {
        let shown: [ShownReceipt.Order: [ShownReceipt]]
        do {
            shown = try await receipts.shown(runs.map { ShownReceipt.Order(shop: $0.shop, id: Self.order(of: $0)) })
        } catch {
            return runs.map { _ in Outcome(.later(failure.database(), after: .seconds(1))) }
        }
        var outcomes = [Outcome?](repeating: nil, count: runs.count)
        var writings: [Writing] = []
        for (index, run) in runs.enumerated() {
            // Somebody else may write this order by now, and know more: what was read here is not to overwrite that.
            guard run.hasLease(for: Self.margin) else {
                outcomes[index] = Outcome(.handBack)
                continue
            }
            switch plan(run, index, shown) {
            case .success(let writing): writings.append(writing)
            case .failure(let end): outcomes[index] = end.outcome
            }
        }
        // Runs of one call have one queue, which is one portal's.
        for group in Dictionary(grouping: writings, by: \.portal.destination).values {
            let answers = await group[0].portal.desk.write(group.map(\.item))
            // Who is told to stop says nothing of the portal.
            let isStopping = Task.isCancelled
            for (writing, answer) in zip(group, answers) where answer != nil || !isStopping {
                outcomes[writing.index] = WritebackDecision.outcome(
                    of: answer, shop: writing.shop, order: writing.order, receipt: writing.receipt)
            }
        }
        return outcomes.map { $0 ?? Outcome(.handBack) }
    }

    private struct End: Error {
        let outcome: Outcome
    }

    private static func order(of run: JobRun) -> String { String(run.lane.dropFirst(lanePrefix.count)) }

    private func plan(
        _ run: JobRun, _ index: Int, _ shown: [ShownReceipt.Order: [ShownReceipt]]
    ) -> Result<Writing, End> {
        guard let shop = directory.shops[run.shop], let portal = shop.portal else {
            return .failure(End(outcome: Outcome(.finish(outcome: "no_portal"))))
        }
        let order = Self.order(of: run)
        let plan = WritebackPlan(
            shown[ShownReceipt.Order(shop: run.shop, id: order)] ?? [], properties: portal.properties,
            comments: portal.comments)
        guard let plan else { return .failure(End(outcome: Outcome(.finish(outcome: "nothing_to_show")))) }
        guard let number = Int64(order) else {
            return .failure(
                End(
                    outcome: Outcome(
                        .finish(outcome: "order_missing"),
                        effects: [
                            WritebackEffects.record(
                                shop: run.shop, order: order, receipt: plan.newest, .orderMissing,
                                detail: Self.noNumber),
                            WritebackEffects.trouble(
                                .orderMissing, shop: run.shop, order: order, receipt: plan.newest,
                                detail: Self.noNumber),
                        ])))
        }
        let item = WritebackDesk.Item(
            properties: plan.values.isEmpty ? nil : OrderPropertyWrite(orderID: number, values: plan.values),
            comment: plan.lines.isEmpty ? nil : OrderCommentWrite(orderID: number, lines: plan.lines))
        return .success(
            Writing(index: index, shop: shop.name, order: order, receipt: plan.newest, portal: portal, item: item))
    }
}
