package import Postgres

/// What a person did: a row of `fiscal.operator_action`.
package struct OperatorAction: Hashable, Sendable {
    package let at: Timestamp
    package let who: String
    package let action: String
    package let why: String
}

extension OperatorAction {
    init(_ row: borrowing Row) throws(PostgresError) {
        at = try row.get(0)
        who = try row.get(1)
        action = try row.get(2)
        why = try row.get(3)
    }
}
