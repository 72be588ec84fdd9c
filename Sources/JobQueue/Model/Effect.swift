package import Postgres

/// One row for the statement of an ``EffectKind``.
package struct Effect: Hashable, Sendable {
    package let kind: EffectKind
    /// One scalar per column of the kind; text as ``Parameter/text(_:)``.
    package let row: [Parameter]

    /// - Precondition: `row` has one value for each of the kind's columns, NULL or of the column's type.
    package init(_ kind: EffectKind, _ row: [Parameter]) {
        precondition(row.count == kind.columns.count, "effect \(kind.name) has \(kind.columns.count) columns")
        for (value, type) in zip(row, kind.columns) {
            precondition(value.isNull || value.type == type, "effect \(kind.name) has a value that is no \(type)")
        }
        self.kind = kind
        self.row = row
    }
}
