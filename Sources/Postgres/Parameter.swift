package import FoundationEssentials

/// One value for a `$n` of a ``Statement``.
///
/// Every parameter but text and ``null`` tells the server its type, so a statement means the same whatever value it
/// gets: `.int` is `bigint` (write `$1::int` where a function wants an `integer`), `.json` is `jsonb`, and so on.
/// Text goes untyped and becomes what its place asks for: `text`, an enum, an `interval`, a `date`.
/// Arrays are typed as a whole and need a cast only to become arrays of something else (`$1::int[]`,
/// `$1::fiscal.some_enum[]`).
package struct Parameter: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        case null(ParameterType?)
        case int(Int64)
        case text(String)
        case bool(Bool)
        case double(Double)
        case numeric(PostgresNumeric)
        case timestamp(Timestamp)
        case uuid(UUID)
        case json(String)
        case bytes([UInt8])
        case ints([Int64?])
        case texts([String?])
        case array(ParameterType, [Parameter])
    }

    let content: Content

    init(_ content: Content) {
        self.content = content
    }

    /// NULL without a type: the place it stands in must say which.
    package static let null = Parameter(.null(nil))

    /// A `bigint`; `nil` is NULL.
    package static func int(_ value: Int64?) -> Parameter {
        Parameter(value.map(Content.int) ?? .null(.bigint))
    }

    /// A `bigint`; `nil` is NULL.
    package static func int(_ value: Int?) -> Parameter {
        int(value.map(Int64.init))
    }

    /// A `bigint`; `nil` is NULL.
    package static func int(_ value: Int32?) -> Parameter {
        int(value.map(Int64.init))
    }

    /// Text, or whatever type its place asks for in its text form; `nil` is NULL.
    ///
    /// U+0000 has no place in PostgreSQL: the server refuses the statement with SQLSTATE 22021.
    package static func text(_ value: String?) -> Parameter {
        Parameter(value.map(Content.text) ?? .null(nil))
    }

    /// A `boolean`; `nil` is NULL.
    package static func bool(_ value: Bool?) -> Parameter {
        Parameter(value.map(Content.bool) ?? .null(.boolean))
    }

    /// A `double precision`, never for money; `nil` is NULL.
    package static func double(_ value: Double?) -> Parameter {
        Parameter(value.map(Content.double) ?? .null(.double))
    }

    /// An exact `numeric`; `nil` is NULL.
    package static func numeric(_ value: PostgresNumeric?) -> Parameter {
        Parameter(value.map(Content.numeric) ?? .null(.numeric))
    }

    /// A `timestamp with time zone`; `nil` is NULL.
    package static func timestamp(_ value: Timestamp?) -> Parameter {
        Parameter(value.map(Content.timestamp) ?? .null(.timestamptz))
    }

    /// A `uuid`; `nil` is NULL.
    package static func uuid(_ value: UUID?) -> Parameter {
        Parameter(value.map(Content.uuid) ?? .null(.uuid))
    }

    /// A `jsonb` given as JSON text; `nil` is NULL. The server refuses bad JSON (22P02) and `\u0000` (22P05).
    package static func json(_ value: String?) -> Parameter {
        Parameter(value.map(Content.json) ?? .null(.jsonb))
    }

    /// A `bytea`; `nil` is NULL.
    package static func bytes(_ value: [UInt8]?) -> Parameter {
        Parameter(value.map(Content.bytes) ?? .null(.bytea))
    }

    /// The type by which this value may stand in an array; `nil` for ``null`` and for arrays.
    package var type: ParameterType? {
        switch content {
        case .null(let type): type
        case .int: .bigint
        case .text: .text
        case .bool: .boolean
        case .double: .double
        case .numeric: .numeric
        case .timestamp: .timestamptz
        case .uuid: .uuid
        case .json: .jsonb
        case .bytes: .bytea
        case .ints, .texts, .array: nil
        }
    }

    /// Whether this is NULL, typed or not.
    package var isNull: Bool {
        if case .null = content { true } else { false }
    }
}
