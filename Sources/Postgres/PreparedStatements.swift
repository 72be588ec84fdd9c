/// Whether statements are parsed and planned once per connection and then called by a name.
package enum PreparedStatements: Hashable, Sendable {
    /// Never: works through every pooler, as pgbouncer before 1.21 in transaction mode loses named statements.
    case never
    /// Always: the connection is known to be direct or in session mode.
    case always
    /// Only where the connection proves to be direct: the server process that answers has the number that the
    /// connection was given at its start, which a pooler makes up. One query per connection finds out.
    case automatic
}
