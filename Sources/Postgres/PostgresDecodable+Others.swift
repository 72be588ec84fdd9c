package import FoundationEssentials

extension Bool: PostgresDecodable {
    package static func decode(_ field: borrowing Field) throws(DecodingFault) -> Bool {
        guard field.type == TypeOID.bool else { throw field.mismatch("Bool") }
        return try field.integer(UInt8.self) != 0
    }
}

/// Reads text of every kind, enums, and the text of `json` and `jsonb`.
extension String: PostgresDecodable {
    package static func decode(_ field: borrowing Field) throws(DecodingFault) -> String {
        var bytes = field.bytes
        if field.type == TypeOID.jsonb {
            guard bytes.first == 1 else { throw .malformed(asked: "String") }  // the version of the binary form
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
        } else if !TypeOID.isText(field.type) {
            throw field.mismatch("String")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed(asked: "String") }
        return text
    }
}

extension Timestamp: PostgresDecodable {
    /// Microseconds from 1970 to 2000, where the server counts from.
    static let serverEpoch: Int64 = 946_684_800_000_000

    package static func decode(_ field: borrowing Field) throws(DecodingFault) -> Timestamp {
        guard field.type == TypeOID.timestamptz else { throw field.mismatch("Timestamp") }
        let sent = try field.integer(Int64.self)
        if sent == .max || sent == .min { return Timestamp(microsecondsSince1970: sent) }
        // The server's years reach some thirty beyond what counts from 1970: to us that is never.
        let (microseconds, overflowed) = sent.addingReportingOverflow(serverEpoch)
        return overflowed ? .infinity : Timestamp(microsecondsSince1970: microseconds)
    }
}

extension UUID: PostgresDecodable {
    package static func decode(_ field: borrowing Field) throws(DecodingFault) -> UUID {
        guard field.type == TypeOID.uuid else { throw field.mismatch("UUID") }
        guard field.bytes.count == 16 else { throw .malformed(asked: "UUID") }
        return UUID(uuid: field.bytes.loadUnaligned(as: uuid_t.self))
    }
}

/// Stands for the bytes of a `bytea`: `[UInt8]` reads one; a column read as a single `UInt8` is a fault.
extension UInt8: PostgresDecodable {
    package static func decode(_ field: borrowing Field) throws(DecodingFault) -> UInt8 {
        throw field.mismatch("UInt8")
    }

    package static func decodeArray(_ field: borrowing Field) throws(DecodingFault) -> [UInt8] {
        guard field.type == TypeOID.bytea else { throw field.mismatch("[UInt8]") }
        return [UInt8](field.bytes)
    }
}
