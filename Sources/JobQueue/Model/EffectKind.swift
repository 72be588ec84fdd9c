package import Postgres

/// A kind of change that a step orders to be made in the transaction that records its outcome.
///
/// One set-based statement, run once for all rows of a batch whose fence matched, and for no others. `$1`, `$2`, … are
/// arrays, one per column: `INSERT … SELECT … FROM unnest($1::bigint[], $2::text[]) …`. Kinds run in the order in
/// which the worker was given them. The statement must not wait for what another worker holds across I/O, and must
/// lock its rows in an order of their keys.
package struct EffectKind: Hashable, Sendable {
    /// Short and stable; stands in logs and in the reason `effect_failed`.
    package let name: String
    package let statement: Statement
    /// Types of ``Effect/row``, in order.
    package let columns: [ParameterType]

    package init(name: String, statement: Statement, columns: [ParameterType]) {
        self.name = name
        self.statement = statement
        self.columns = columns
    }
}
