/// A Swift type that a column can be read as.
package protocol PostgresDecodable {
    /// Reads a value that is not NULL.
    static func decode(_ field: borrowing Field) throws(DecodingFault) -> Self
    /// What NULL becomes. By default a fault.
    static func decodeNull() throws(DecodingFault) -> Self
    /// Reads an array of this type. Only `UInt8` has a way of its own, `bytea`.
    static func decodeArray(_ field: borrowing Field) throws(DecodingFault) -> [Self]
}

extension PostgresDecodable {
    package static func decodeNull() throws(DecodingFault) -> Self { throw .null }

    package static func decodeArray(_ field: borrowing Field) throws(DecodingFault) -> [Self] {
        try ArrayReader.elements(of: field)
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package static func decode(_ field: borrowing Field) throws(DecodingFault) -> Wrapped? {
        try Wrapped.decode(field)
    }

    package static func decodeNull() throws(DecodingFault) -> Wrapped? { nil }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    package static func decode(_ field: borrowing Field) throws(DecodingFault) -> [Element] {
        try Element.decodeArray(field)
    }
}
