/// Why a column could not be read as the type that was asked for. Never holds the value itself.
package enum DecodingFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The result has no column of this name or index.
    case noSuchColumn
    /// The value is NULL and the asked type has no place for it.
    case null
    /// The column's type, by its number in `pg_type`, cannot be read as this Swift type.
    case typeMismatch(asked: String, columnType: UInt32)
    /// The value does not fit the asked type.
    case outOfRange(asked: String)
    /// The bytes are not what the column's type promises.
    case malformed(asked: String)

    package var description: String {
        switch self {
        case .noSuchColumn: "does not exist"
        case .null: "is NULL"
        case .typeMismatch(let asked, let type): "of type \(TypeOID.name(of: type)) cannot be read as \(asked)"
        case .outOfRange(let asked): "holds a value out of the range of \(asked)"
        case .malformed(let asked): "holds bytes that are no \(asked)"
        }
    }
}
