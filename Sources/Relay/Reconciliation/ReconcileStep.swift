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
    /// Days that one run compares at most, however long its alarm is open.
    package static let mostDays = 92

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
        var options = Reconciliation.Options(end: .now.advanced(by: Self.askingTime))
        options.asks = settings.asks
        options.prepaidFor = settings.prepaidFor
        options.lookBack = Self.lookBack
        // Those are looked at that have just been out for too long.
        (options.unpaidFor, options.unpaidShift) = (settings.unpaidFor, settings.unpaidFor)
        options.shipmentPages = settings.shipmentPages
        do {
            let alarmed = try await ReconciliationStore(pool: pool).alarmed(Self.alarm(shop.name))
            let zone = shop.settings.zone
            guard
                let recent = ReconciliationPeriod(daysBefore: run.claimedAt, count: settings.days, in: zone),
                let period = Self.period(recent, alarmedSince: alarmed)
            else { return Outcome(.finish(outcome: "no_period")) }
            let result = try await Reconciliation(shop: shop, directory: directory, pool: pool).run(period, options)
            let outcome = Self.outcome(of: result.discrepancies, shop: shop.name, period, recent: recent)
            return Outcome(
                outcome.verdict,
                effects: outcome.effects + Self.effects(of: result.sweep, isBehind: result.isBehind, shop: shop.name))
        } catch is CancellationError {
            return Outcome(.handBack)
        } catch {
            return Outcome(.later(failure.database(), after: .seconds(60)))
        }
    }

    /// The days of a run: the recent ones, and while the alarm is open all those that the run compared which raised it,
    /// so that a difference is not forgotten because its day has passed.
    ///
    /// - Parameters:
    ///   - recent: The last days, as the shop's settings have them.
    ///   - alarmed: When the alarm that is open was raised; nil: none is.
    /// - Returns: At most ``mostDays``; nil outside of the calendar.
    package static func period(
        _ recent: ReconciliationPeriod, alarmedSince alarmed: Timestamp?
    ) -> ReconciliationPeriod? {
        guard let alarmed, let day = ReconciliationPeriod.day(of: alarmed, in: recent.zone) else { return recent }
        let count = recent.days.count
        // A run may end on the day after the one on which it began.
        let wanted = min(recent.first.daysSince1970, day.daysSince1970 - count - 1)
        let first = max(wanted, min(recent.first.daysSince1970, recent.last.daysSince1970 - mostDays + 1))
        return CivilDate(daysSince1970: first).flatMap {
            ReconciliationPeriod(from: $0, to: recent.last, in: recent.zone)
        }
    }

    /// What is wrong in the books raises one alarm, what is prepaid for too long alone another; the absence of either
    /// clears its own. Receipts that nobody could be asked about keep them as they are: nothing is known of those.
    ///
    /// What a person gave up is said for as long as it is recent: nobody will repair it.
    package static func outcome(
        of discrepancies: [Discrepancy], shop: String, _ period: ReconciliationPeriod, recent: ReconciliationPeriod
    ) -> Outcome {
        let isUnasked = discrepancies.contains { $0.kind == .unasked }
        let found = discrepancies.filter {
            $0.kind != .unasked && !($0.isGivenUp && ($0.day ?? recent.first) < recent.first)
        }
        var effects: [Effect] = []
        let sides: [(key: String, AlarmEffects.Severity, found: [Discrepancy])] = [
            (alarm(shop), .critical, found.filter { $0.kind != .unclosed }),
            ("unclosed:\(shop)", .warning, found.filter { $0.kind == .unclosed }),
        ]
        for (key, severity, found) in sides {
            if !found.isEmpty {
                effects.append(AlarmEffects.raise(key, severity, text(found, shop, period)))
            } else if !isUnasked {
                effects.append(AlarmEffects.clear(key))
            }
        }
        return Outcome(
            .finish(outcome: !found.isEmpty ? "differs" : isUnasked ? "unasked" : "agreed"), effects: effects)
    }

    /// Where the next comparison goes on reading the portal's shipments, and the word that this one was not the last of
    /// them; where that is not known (`isBehind` is nil), what was said before stands.
    package static func effects(of sweep: ShipmentSweep?, isBehind: Bool?, shop: String) -> [Effect] {
        guard let sweep else { return [] }
        let keep = ShipmentSweepEffects.keep(sweep, shop: shop)
        let alarm = "shipments_behind:\(shop)"
        guard let isBehind else { return [keep] }
        guard isBehind else { return [keep, AlarmEffects.clear(alarm)] }
        let reason =
            sweep.isFull
            ? sweep.reason
            : "the portal of shop \(shop) has more shipments than a comparison reads (reconcile.shipment_pages): it "
                + "has come to number \(sweep.last), and orders that were shipped and not paid may not be known yet"
        return [keep, AlarmEffects.raise(alarm, .warning, reason)]
    }

    private static func alarm(_ shop: String) -> String { "reconcile:\(shop)" }

    private static func text(_ found: [Discrepancy], _ shop: String, _ period: ReconciliationPeriod) -> String {
        let counts = Discrepancy.Kind.allCases.compactMap { kind -> String? in
            let count = found.count { $0.kind == kind }
            return count == 0 ? nil : "\(count) \(kind.rawValue)"
        }
        return "the books of shop \(shop) do not agree (\(counts.joined(separator: ", "))): fiscal-relay receipts "
            + "reconcile --shop \(shop) --from \(period.first) --to \(period.last)"
    }
}
