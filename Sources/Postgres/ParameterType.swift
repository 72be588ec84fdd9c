/// The types that a ``Parameter`` can have; as elements of an array too.
package enum ParameterType: Hashable, Sendable {
    case bigint
    case text
    case boolean
    case numeric
    case timestamptz
    case uuid
    case jsonb
    case bytea
    case double

    var oid: UInt32 {
        switch self {
        case .bigint: TypeOID.int8
        case .text: TypeOID.text
        case .boolean: TypeOID.bool
        case .numeric: TypeOID.numeric
        case .timestamptz: TypeOID.timestamptz
        case .uuid: TypeOID.uuid
        case .jsonb: TypeOID.jsonb
        case .bytea: TypeOID.bytea
        case .double: TypeOID.float8
        }
    }

    var arrayOID: UInt32 {
        switch self {
        case .bigint: 1016
        case .text: 1009
        case .boolean: 1000
        case .numeric: 1231
        case .timestamptz: 1185
        case .uuid: 2951
        case .jsonb: 3807
        case .bytea: 1001
        case .double: 1022
        }
    }
}
