/// Somebody who keeps vacuum from removing dead rows by holding an old snapshot.
package struct HorizonHolder: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case session
        case slot
        case preparedTransaction = "prepared"
        case standby
    }

    package let kind: Kind
    /// A session's process number and application, a slot's or standby's name, a prepared transaction's id.
    package let name: String
    /// Transactions that began since its snapshot.
    package let age: Int
    /// How long a session's or prepared transaction's has been open; `nil`: not known.
    package let openFor: Duration?
}
