extension FixedWidthInteger {
    /// Reads any integer type of the server, exactly or not at all.
    static func decodeInteger(_ field: borrowing Field) throws(DecodingFault) -> Self {
        let wide: Int64
        switch field.type {
        case TypeOID.int8: wide = try field.integer(Int64.self)
        case TypeOID.int4: wide = Int64(try field.integer(Int32.self))
        case TypeOID.int2: wide = Int64(try field.integer(Int16.self))
        case TypeOID.oid: wide = Int64(try field.integer(UInt32.self))
        default: throw field.mismatch("\(Self.self)")
        }
        guard let value = Self(exactly: wide) else { throw .outOfRange(asked: "\(Self.self)") }
        return value
    }
}

extension Int64: PostgresDecodable {
    package static func decode(_ field: borrowing Field) throws(DecodingFault) -> Int64 { try decodeInteger(field) }
}

extension Int: PostgresDecodable {
    package static func decode(_ field: borrowing Field) throws(DecodingFault) -> Int { try decodeInteger(field) }
}

extension Int32: PostgresDecodable {
    package static func decode(_ field: borrowing Field) throws(DecodingFault) -> Int32 { try decodeInteger(field) }
}

extension Int16: PostgresDecodable {
    package static func decode(_ field: borrowing Field) throws(DecodingFault) -> Int16 { try decodeInteger(field) }
}

/// Reads `real` and `double precision` only: nothing exact becomes binary by accident.
extension Double: PostgresDecodable {
    package static func decode(_ field: borrowing Field) throws(DecodingFault) -> Double {
        switch field.type {
        case TypeOID.float8: Double(bitPattern: try field.integer(UInt64.self))
        case TypeOID.float4: Double(Float(bitPattern: try field.integer(UInt32.self)))
        default: throw field.mismatch("Double")
        }
    }
}

/// Reads `numeric` and the integers; NaN and the infinities are a fault.
extension PostgresNumeric: PostgresDecodable {
    package static func decode(_ field: borrowing Field) throws(DecodingFault) -> PostgresNumeric {
        guard field.type == TypeOID.numeric else { return PostgresNumeric(try Int64.decodeInteger(field)) }
        guard let value = decode(field.bytes) else { throw .outOfRange(asked: "PostgresNumeric") }
        return value
    }
}
