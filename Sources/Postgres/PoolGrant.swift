/// What a request to a pool gets.
enum PoolGrant<Resource> {
    /// A connection that is open.
    case idle(Resource)
    /// A place: open a connection and use it.
    case place
}

extension PoolGrant: Sendable where Resource: Sendable {}
