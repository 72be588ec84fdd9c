package import Fiscal
package import JobQueue
package import Postgres

/// Everything that a worker of this release can run.
package enum RelaySteps {
    /// The steps of all processes.
    package static func definitions(
        directory: ShopDirectory, pool: PostgresPool, language: FaultLanguage, retention: RetentionSettings? = nil
    ) -> [StepDefinition] {
        ReceiptSteps(directory: directory, pool: pool, language: language).definitions
            + [
                WritebackStep(directory: directory, pool: pool, language: language).definition,
                WritebackWatch(directory: directory, pool: pool).definition,
            ]
            + RecordSteps(language: language).definitions
            + StockSteps(directory: directory, pool: pool, language: language).definitions
            + StockPushSteps(directory: directory, pool: pool, language: language).definitions
            + [
                ReconcileStep(directory: directory, pool: pool, language: language).definition,
                StockReconcileStep(directory: directory, pool: pool, language: language).definition,
                EarlyRefundStep(pool: pool, language: language).definition,
                RetentionStep(pool: pool, kept: retention?.personalData, language: language).definition,
            ]
    }

    /// The periodic work of an installation and of its shops.
    package static func schedules(
        of directory: ShopDirectory, pool: PostgresPool, language: FaultLanguage, retention: RetentionSettings
    ) -> [ScheduleDefinition] {
        [WritebackWatch.schedule, StockSteps.schedule, EarlyRefundStep.schedule]
            + RetentionStep(pool: pool, kept: retention.personalData, language: language).schedules
            + directory.shops.values.sorted { $0.name < $1.name }.compactMap(ReconcileStep.schedule)
            + StockReconcileStep.schedules(of: directory)
    }

    /// The changes that those steps order, in the order in which they are carried out.
    package static let effects =
        ReceiptEffects.kinds + PrintedReceiptEffects.kinds + CallbackEffects.kinds + WritebackEffects.kinds
        + AlarmEffects.kinds + DestinationEffects.kinds
        + ShipmentSweepEffects.kinds + StockEffects.kinds
}

extension LogSettings.Language {
    /// The language of the fiscal core's sentences.
    package var faultLanguage: FaultLanguage {
        switch self {
        case .russian: .russian
        case .english: .english
        }
    }
}
