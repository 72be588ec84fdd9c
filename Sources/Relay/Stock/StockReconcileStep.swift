import Bitrix
package import Fiscal
import FoundationEssentials
package import JobQueue
package import Postgres

/// Compares ledger and portal by itself where our documents move the portal's stock, and keeps an alarm open for as long as
/// they differ.
///
/// It looks twice: what is on its way between the two looks different once, what differs by the same amount ten minutes
/// later is wrong.
package struct StockReconcileStep: Sendable {
    package static let kind = "stock.reconcile"
    package static let step = "run"
    /// Between the two looks.
    static let pause: Duration = .seconds(600)
    /// A catalogue of a hundred thousand rows at two calls a second, and then some.
    private static let timeout: Duration = .seconds(1800)
    /// Differences that the first look hands to the second; beyond it they are too many to be on their way.
    private static let remembered = 500

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

    /// One per portal whose stock we move, named after the first of its shops.
    package static func schedules(of directory: ShopDirectory) -> [ScheduleDefinition] {
        PortalStock.groups(of: directory).compactMap(schedule)
    }

    /// nil: these shops' portal is not compared by itself.
    package static func schedule(_ shops: [Shop]) -> ScheduleDefinition? {
        guard let first = shops.first, first.settings.stock.owner != .bitrix, first.settings.stock.isReconciled else {
            return nil
        }
        return ScheduleDefinition(
            name: "stock.reconcile:\(first.name)", shop: first.name, key: StepKey(kind: kind, step: step),
            lane: "stock.reconcile:\(first.name)", every: first.settings.stock.reconciledEvery)
    }

    private func run(_ run: JobRun) async -> Outcome {
        // A schedule that was declared once stays declared.
        guard
            let shops = PortalStock.groups(of: directory).first(where: { $0.first?.name == run.shop }),
            Self.schedule(shops) != nil
        else { return Outcome(.finish(outcome: "not_scheduled")) }
        do {
            let stock = try await PortalStock.read(shops, pool)
            return Self.outcome(of: stock.differences, seen: Self.read(run.checkpoint), shops: shops.map(\.name))
        } catch is BitrixFault {
            // Nothing is known of it: the alarm stays as it is, and the portal has alarms of its own.
            return Outcome(.finish(outcome: "unasked"))
        } catch is CancellationError {
            return Outcome(.handBack)
        } catch {
            return Outcome(.later(failure.database(), after: .seconds(60)))
        }
    }

    /// - Parameters:
    ///   - differences: Of this look.
    ///   - seen: Of the look before; nil: this is the first.
    ///   - shops: All of the portal, the first of which names the alarm.
    /// - Returns: Where the job goes, with the alarm raised or cleared.
    package static func outcome(
        of differences: [StockReconciliation.Difference], seen: Set<Sighting>?, shops: [String]
    ) -> Outcome {
        let shop = shops.first ?? ""
        guard !differences.isEmpty else {
            return Outcome(
                .finish(outcome: "agreed"), effects: shops.flatMap(agreed).map(AlarmEffects.clear))
        }
        guard let seen else {
            return Outcome(.snooze(for: pause, checkpoint: checkpoint(differences)))
        }
        let lasting = differences.filter { seen.contains(Sighting($0)) }
        guard let first = lasting.first else { return Outcome(.finish(outcome: "on_the_way")) }
        return Outcome(
            .finish(outcome: "differs"),
            effects: [
                AlarmEffects.raise(
                    alarm(shop), .warning,
                    "ledger and portal of shop \(shop) differ at \(lasting.count) places (store \(first.store), product "
                        + "\(first.product): by \(first.difference)): fiscal-relay stock reconcile --shop \(shop)")
            ])
    }

    private static func alarm(_ shop: String) -> String { "stock_differs:\(shop)" }

    /// The alarms that end when ledger and portal agree, whoever found it: nothing that a document did is open then.
    package static func agreed(_ shop: String) -> [String] {
        [alarm(shop), "stock_doubled:\(shop)", "stock_altered:\(shop)"]
    }

    // MARK: From the first look to the second

    /// A difference as the second look knows it again.
    package struct Sighting: Hashable, Sendable, Codable {
        let store: String
        let product: String
        let difference: String

        package init(_ difference: StockReconciliation.Difference) {
            store = difference.store
            product = difference.product
            self.difference = difference.difference
        }
    }

    private static func checkpoint(_ differences: [StockReconciliation.Difference]) -> String? {
        let kept = differences.prefix(remembered).map(Sighting.init)
        return (try? JSONEncoder().encode(kept)).map { String(decoding: $0, as: UTF8.self) }
    }

    package static func read(_ checkpoint: String?) -> Set<Sighting>? {
        guard let checkpoint, let kept = try? JSONDecoder().decode([Sighting].self, from: Data(checkpoint.utf8)) else {
            return nil
        }
        return Set(kept)
    }
}
