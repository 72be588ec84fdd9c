package import Fiscal
package import JobQueue
package import Postgres

/// Compares a shop's books by itself, and keeps an alarm open for as long as they do not agree.
package struct ReconcileStep: Sendable {
    package static let kind = "receipts.reconcile"
    package static let step = "run"
    /// What one run may take: asking is slow where the account's limit is low.
    private static let timeout: Duration = .seconds(4 * 3600)
    private static let askingTime: Duration = .seconds(3 * 3600)
    /// How far back prepayments are looked for: what is older was found and decided on.
    private static let lookBack: Duration = .seconds(400 * 86_400)

    private let directory: ShopDirectory
    private let pool: PostgresPool
    private let failure: StepFailure

    package init(directory: ShopDirectory, pool: PostgresPool, language: FaultLanguage) {
        self.directory = directory
        self.pool = pool
        failure = StepFailure(language: language)
    }

    package var definition: StepDefinition {
        StepDefinition(
            key: StepKey(kind: Self.kind, step: Self.step), doubt: .none, timeout: Self.timeout,
            runOne: { await self.run($0) })
    }

    /// When a shop's books are compared; nil: never by themselves.
    package static func schedule(_ shop: Shop) -> ScheduleDefinition? {
        guard shop.settings.reconciliation.isScheduled, shop.register != nil else { return nil }
        return ScheduleDefinition(
            name: "reconcile:\(shop.name)", shop: shop.name, key: StepKey(kind: kind, step: step),
            lane: "reconcile:\(shop.name)", every: shop.settings.reconciliation.every)
    }

    private func run(_ run: JobRun) async -> Outcome {
        guard let shop = directory.shops[run.shop] else { return Outcome(.finish(outcome: "no_shop")) }
        let settings = shop.settings.reconciliation
        // A schedule that was declared once stays declared.
        guard Self.schedule(shop) != nil else { return Outcome(.finish(outcome: "not_scheduled")) }
        guard
            let period = ReconciliationPeriod(
                daysBefore: run.claimedAt, count: settings.days, in: shop.settings.zone)
        else { return Outcome(.finish(outcome: "no_period")) }
        var options = Reconciliation.Options(end: .now.advanced(by: Self.askingTime))
        options.asks = settings.asks
        options.prepaidFor = settings.prepaidFor
        options.lookBack = Self.lookBack
        do {
            let result = try await Reconciliation(shop: shop, directory: directory, pool: pool).run(period, options)
            return Self.outcome(of: result.discrepancies, shop: shop.name, period)
        } catch is CancellationError {
            return Outcome(.handBack)
        } catch {
            return Outcome(.later(failure.database(), after: .seconds(60)))
        }
    }

    /// The alarm is raised by what was found and cleared by its absence. Receipts that nobody could be asked about keep
    /// it as it is: nothing is known of them.
    package static func outcome(
        of discrepancies: [Discrepancy], shop: String, _ period: ReconciliationPeriod
    ) -> Outcome {
        let key = "reconcile:\(shop)"
        let found = discrepancies.filter { $0.kind != .unasked }
        guard !found.isEmpty else {
            if !discrepancies.isEmpty { return Outcome(.finish(outcome: "unasked")) }
            return Outcome(.finish(outcome: "agreed"), effects: [AlarmEffects.clear(key)])
        }
        let counts = Discrepancy.Kind.allCases.compactMap { kind -> String? in
            let count = found.count { $0.kind == kind }
            return count == 0 ? nil : "\(count) \(kind.rawValue)"
        }
        let isGrave = found.contains { $0.kind != .unclosed }
        return Outcome(
            .finish(outcome: "differs"),
            effects: [
                AlarmEffects.raise(
                    key, isGrave ? .critical : .warning,
                    "the books of shop \(shop) do not agree (\(counts.joined(separator: ", "))): fiscal-relay receipts "
                        + "reconcile --shop \(shop) --from \(period.first) --to \(period.last)")
            ])
    }
}
