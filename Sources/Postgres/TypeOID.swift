/// Numbers of the built-in types in `pg_type`, fixed for all PostgreSQL versions.
enum TypeOID {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let char: UInt32 = 18
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let oid: UInt32 = 26
    static let json: UInt32 = 114
    static let xml: UInt32 = 142
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let unknown: UInt32 = 705
    static let bpchar: UInt32 = 1042
    static let varchar: UInt32 = 1043
    static let timestamptz: UInt32 = 1184
    static let numeric: UInt32 = 1700
    static let uuid: UInt32 = 2950
    static let jsonb: UInt32 = 3802
    /// Types made by users (enums among them) are numbered from here.
    static let firstUserType: UInt32 = 16384

    private static let names: [UInt32: String] = [
        bool: "boolean", bytea: "bytea", char: "\"char\"", name: "name", int8: "bigint", int2: "smallint",
        int4: "integer", text: "text", oid: "oid", json: "json", xml: "xml", float4: "real",
        float8: "double precision", unknown: "unknown", bpchar: "character", varchar: "character varying",
        timestamptz: "timestamp with time zone", numeric: "numeric", uuid: "uuid", jsonb: "jsonb",
        1114: "timestamp without time zone", 1082: "date", 1186: "interval", 1083: "time", 2278: "void",
        1000: "boolean[]", 1001: "bytea[]", 1005: "smallint[]", 1007: "integer[]", 1009: "text[]",
        1016: "bigint[]", 1022: "double precision[]", 1185: "timestamp with time zone[]", 1231: "numeric[]",
        2951: "uuid[]", 3807: "jsonb[]",
    ]

    /// The SQL name of a type, for messages.
    static func name(of type: UInt32) -> String { names[type] ?? "number \(type)" }

    /// Whether values of the type travel as plain UTF-8, in binary format too.
    static func isText(_ type: UInt32) -> Bool {
        switch type {
        case text, varchar, bpchar, name, json, xml, unknown, char: true
        default: type >= firstUserType
        }
    }
}
