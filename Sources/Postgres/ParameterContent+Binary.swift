import FoundationEssentials

extension Parameter.Content {
    /// The type that the server is told; 0 lets it choose.
    var oid: UInt32 {
        switch self {
        case .null(let type): type?.oid ?? 0
        case .text: 0
        case .int: TypeOID.int8
        case .bool: TypeOID.bool
        case .double: TypeOID.float8
        case .numeric: TypeOID.numeric
        case .timestamp: TypeOID.timestamptz
        case .uuid: TypeOID.uuid
        case .json: TypeOID.jsonb
        case .bytes: TypeOID.bytea
        case .ints: ParameterType.bigint.arrayOID
        case .texts: ParameterType.text.arrayOID
        case .array(let type, _): type.arrayOID
        }
    }

    /// The type as it is sent: text with U+0000 goes with its length and therefore its type.
    var sentOID: UInt32 {
        if case .text(let text) = self, text.utf8.contains(0) { TypeOID.text } else { oid }
    }

    /// Appends the binary form of a value that is not NULL, without a length.
    func encode(into buffer: ByteBuffer) {
        switch self {
        case .null: break
        case .int(let value): buffer.append(bigEndian: value)
        case .text(let value): buffer.append(value)
        case .bool(let value): buffer.append(value ? UInt8(1) : 0)
        case .double(let value): buffer.append(bigEndian: value.bitPattern)
        case .numeric(let value): value.encode(into: buffer)
        case .timestamp(let value): buffer.append(bigEndian: value.serverMicroseconds)
        case .uuid(let value): withUnsafeBytes(of: value.uuid) { buffer.append($0) }
        case .json(let value):
            buffer.append(UInt8(1))  // the version of jsonb's binary form
            buffer.append(value)
        case .bytes(let value): buffer.append(value)
        case .ints(let values): Self.encode(values, of: .bigint, into: buffer)
        case .texts(let values): Self.encode(values, into: buffer)
        case .array(let type, let elements): Self.encode(elements, of: type, into: buffer)
        }
    }

    private static func encodeHeader(
        of type: ParameterType, count: Int, hasNull: Bool, into buffer: ByteBuffer
    ) {
        buffer.append(bigEndian: Int32(count == 0 ? 0 : 1))
        buffer.append(bigEndian: Int32(hasNull ? 1 : 0))
        buffer.append(bigEndian: type.oid)
        guard count > 0 else { return }
        buffer.append(bigEndian: Int32(count))
        buffer.append(bigEndian: Int32(1))  // the lower bound
    }

    private static func encode(_ values: [Int64?], of type: ParameterType, into buffer: ByteBuffer) {
        encodeHeader(of: type, count: values.count, hasNull: values.contains(nil), into: buffer)
        buffer.reserve(values.count * 12)
        for value in values {
            if let value {
                buffer.append(bigEndian: Int32(8))
                buffer.append(bigEndian: value)
            } else {
                buffer.append(bigEndian: Int32(-1))
            }
        }
    }

    private static func encode(_ values: [String?], into buffer: ByteBuffer) {
        encodeHeader(of: .text, count: values.count, hasNull: values.contains(nil), into: buffer)
        for value in values {
            if let value {
                buffer.append(bigEndian: Int32(value.utf8.count))
                buffer.append(value)
            } else {
                buffer.append(bigEndian: Int32(-1))
            }
        }
    }

    private static func encode(_ values: [Parameter], of type: ParameterType, into buffer: ByteBuffer) {
        encodeHeader(of: type, count: values.count, hasNull: values.contains { $0.isNull }, into: buffer)
        for value in values {
            if value.isNull {
                buffer.append(bigEndian: Int32(-1))
            } else {
                buffer.appendCounted { value.content.encode(into: buffer) }
            }
        }
    }
}

extension Timestamp {
    /// Microseconds since 2000, as the server counts; the infinities stay, what lies beyond becomes one of them.
    var serverMicroseconds: Int64 {
        guard isFinite else { return microsecondsSince1970 }
        let (shifted, overflowed) = microsecondsSince1970.subtractingReportingOverflow(Self.serverEpoch)
        return overflowed ? .min : shifted
    }
}
