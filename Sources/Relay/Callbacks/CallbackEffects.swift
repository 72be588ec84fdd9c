package import JobQueue
import Postgres

/// What callbacks mean for the steps of a receipt.
package enum CallbackEffects {
    package static let kinds = [hasten]

    private static let hasten = EffectKind(
        name: "callback.hasten", statement: Statement("callback.hasten", "SELECT fiscal.hasten_called($1)"),
        columns: [.bigint])

    /// The first poll of an accepted receipt comes at once if the provider called about it before its acceptance was
    /// on record.
    package static func hasten(_ receipt: Int64) -> Effect {
        Effect(hasten, [.int(receipt)])
    }
}
