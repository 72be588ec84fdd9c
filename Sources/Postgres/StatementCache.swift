import CPostgres

/// Which statements the server has under a name on this connection.
struct StatementCache {
    struct Key: Hashable {
        let sql: String
        let types: [UInt32]
    }

    /// More than a program has; beyond it the names are given up and made again.
    static let capacity = 512

    private enum Use {
        case no
        case yes
        case unknown
    }

    private var use: Use
    private var names: [Key: String] = [:]
    private var created = 0

    init(mode: PreparedStatements) {
        use =
            switch mode {
            case .never: .no
            case .always: .yes
            case .automatic: .unknown
            }
    }

    /// Whether statements are to be prepared; with `automatic` the first call outside a transaction finds out.
    mutating func isEnabled(for session: Session) -> Bool {
        if use == .unknown, !session.isInTransaction { use = session.isDirect() ? .yes : .no }
        return use == .yes
    }

    var isFull: Bool { names.count >= Self.capacity }

    func name(for key: Key) -> String? { names[key] }

    /// A name that this connection never had.
    mutating func newName() -> String {
        created += 1
        return "s\(created)"
    }

    mutating func insert(_ name: String, for key: Key) {
        names[key] = name
    }

    mutating func remove(_ key: Key) {
        names[key] = nil
    }

    mutating func removeAll() {
        names = [:]
    }
}
