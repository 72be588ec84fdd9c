package import FoundationEssentials

extension Parameter {
    /// A `bigint[]`; `nil` elements are NULL.
    package static func ints(_ values: [Int64?]) -> Parameter { Parameter(.ints(values)) }

    /// A `text[]`; `nil` elements are NULL.
    package static func texts(_ values: [String?]) -> Parameter { Parameter(.texts(values)) }

    /// A `boolean[]`; `nil` elements are NULL.
    package static func bools(_ values: [Bool?]) -> Parameter { array(.boolean, values.map(bool)) }

    /// A `double precision[]`, never for money; `nil` elements are NULL.
    package static func doubles(_ values: [Double?]) -> Parameter { array(.double, values.map(double)) }

    /// A `numeric[]`; `nil` elements are NULL.
    package static func numerics(_ values: [PostgresNumeric?]) -> Parameter { array(.numeric, values.map(numeric)) }

    /// A `timestamptz[]`; `nil` elements are NULL.
    package static func timestamps(_ values: [Timestamp?]) -> Parameter {
        array(.timestamptz, values.map(timestamp))
    }

    /// A `uuid[]`; `nil` elements are NULL.
    package static func uuids(_ values: [UUID?]) -> Parameter { array(.uuid, values.map(uuid)) }

    /// A `jsonb[]` of JSON texts; `nil` elements are NULL.
    package static func jsons(_ values: [String?]) -> Parameter { array(.jsonb, values.map(json)) }

    /// A `bytea[]`; `nil` elements are NULL.
    package static func byteses(_ values: [[UInt8]?]) -> Parameter { array(.bytea, values.map(bytes)) }

    /// An array of `type` made of scalar parameters: one column of a table of values, ready for `unnest`.
    ///
    /// - Precondition: every element is NULL or a scalar of `type`; ``text(_:)`` counts for `.text` alone.
    package static func array(_ type: ParameterType, _ elements: [Parameter]) -> Parameter {
        precondition(
            elements.allSatisfy { $0.isNull || $0.type == type }, "an element is not of the array's type \(type)")
        return Parameter(.array(type, elements))
    }

    /// The columns of a table of values, one array parameter each: `[[a1, b1], [a2, b2]]` becomes `[[a1, a2], [b1, b2]]`.
    ///
    /// - Precondition: every row has as many values as there are `types`, each fitting its column.
    package static func columns(_ types: [ParameterType], of rows: [[Parameter]]) -> [Parameter] {
        precondition(rows.allSatisfy { $0.count == types.count }, "a row has not \(types.count) values")
        return types.indices.map { column in array(types[column], rows.map { $0[column] }) }
    }
}
