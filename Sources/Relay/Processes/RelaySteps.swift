package import Fiscal
package import JobQueue
package import Postgres

/// Everything that a worker of this release can run.
package enum RelaySteps {
    /// The steps of all processes.
    package static func definitions(
        directory: ShopDirectory, pool: PostgresPool, language: FaultLanguage
    ) -> [StepDefinition] {
        ReceiptSteps(directory: directory, pool: pool, language: language).definitions
            + [
                WritebackStep(directory: directory, pool: pool, language: language).definition,
                WritebackWatch(directory: directory, pool: pool).definition,
            ]
            + RecordSteps(language: language).definitions
            + StockSteps(directory: directory, pool: pool, language: language).definitions
            + StockPushSteps(directory: directory, pool: pool, language: language).definitions
    }

    /// Work that comes round by itself.
    package static let schedules = [WritebackWatch.schedule, StockSteps.schedule]

    /// The changes that those steps order, in the order in which they are carried out.
    package static let effects =
        ReceiptEffects.kinds + PrintedReceiptEffects.kinds + WritebackEffects.kinds + AlarmEffects.kinds
        + StockEffects.kinds
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
