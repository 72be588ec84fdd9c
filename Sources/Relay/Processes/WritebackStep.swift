import Bitrix
package import Fiscal
package import JobQueue
package import Postgres

/// Shows an order in the portal what `fiscal.receipt` says of it now.
///
/// A level, not an edge: whatever receipt brought the job about, the newest sale receipt of the order is written, and a
/// second job for the same order is not made while one is pending. Nothing fiscal waits for it.
package struct WritebackStep: Sendable {
    package static let kind = "order.writeback"
    package static let step = "write"
    private static let lanePrefix = "writeback:"

    private let directory: ShopDirectory
    private let receipts: ReceiptStore
    private let failure: StepFailure

    package init(directory: ShopDirectory, pool: PostgresPool, language: FaultLanguage) {
        self.directory = directory
        receipts = ReceiptStore(pool: pool)
        failure = StepFailure(language: language)
    }

    /// The job that writes an order's result, for the outcome that closes its receipt.
    static func job(order: String, portal: Portal) -> SpawnedJob {
        SpawnedJob(
            kind: kind, lane: lanePrefix + order, queue: portal.destination, step: step, uniqueWhilePending: true)
    }

    /// One call of the portal carries 49 orders.
    package var definition: StepDefinition {
        StepDefinition(
            key: StepKey(kind: Self.kind, step: Self.step), doubt: .none, timeout: .seconds(240),
            batchSize: OrderPropertyWriter.groupSize, run: { await self.run($0) })
    }

    private struct Task {
        let index: Int
        let shop: Shop
        let portal: Portal
        let order: String
        let receipt: StoredReceipt
        let write: OrderPropertyWrite
    }

    private func run(_ runs: [JobRun]) async -> [Outcome] {
        var outcomes = [Outcome?](repeating: nil, count: runs.count)
        var tasks: [Task] = []
        for (index, run) in runs.enumerated() {
            do {
                switch try await task(run, index) {
                case .success(let task): tasks.append(task)
                case .failure(let end): outcomes[index] = end.outcome
                }
            } catch {
                outcomes[index] = Outcome(.later(failure.database(), after: .seconds(1)))
            }
        }
        for group in Dictionary(grouping: tasks, by: \.portal.destination).values {
            let reports = await group[0].portal.writer.write(group.map(\.write))
            for (task, report) in zip(group, reports) {
                outcomes[task.index] = WritebackDecision.outcome(
                    of: report, shop: task.shop.name, order: task.order, receipt: task.receipt.id)
            }
        }
        return outcomes.map { $0 ?? Outcome(.handBack) }
    }

    private struct End: Error {
        let outcome: Outcome
    }

    private func task(_ run: JobRun, _ index: Int) async throws(PostgresError) -> Result<Task, End> {
        guard let shop = directory.shops[run.shop], let portal = shop.portal else {
            return .failure(End(outcome: Outcome(.finish(outcome: "no_portal"))))
        }
        let order = String(run.lane.dropFirst(Self.lanePrefix.count))
        guard let receipt = try await receipts.shown(shop: run.shop, order: order) else {
            return .failure(End(outcome: Outcome(.finish(outcome: "nothing_to_show"))))
        }
        guard let number = Int64(order) else {
            return .failure(
                End(
                    outcome: Outcome(
                        .finish(outcome: "order_missing"),
                        effects: [
                            WritebackEffects.record(
                                shop: run.shop, order: order, receipt: receipt.id, .orderMissing,
                                detail: "the order's id is no number of Bitrix")
                        ])))
        }
        guard let fn = receipt.fn, let fd = receipt.fd, let fpd = receipt.fpd else {
            return .failure(End(outcome: Outcome(.finish(outcome: "nothing_to_show"))))
        }
        let codes = portal.properties
        let write = OrderPropertyWrite(
            orderID: number, fn: .init(code: codes.fn, text: fn), fd: .init(code: codes.fd, text: fd),
            fpd: .init(code: codes.fpd, text: fpd),
            link: codes.qr.flatMap { code in receipt.qr.map { .init(code: code, text: $0) } })
        return .success(
            Task(index: index, shop: shop, portal: portal, order: order, receipt: receipt, write: write))
    }
}
