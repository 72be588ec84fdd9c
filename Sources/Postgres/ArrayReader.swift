/// Reads the wire form of an array: dimensions, flags, element type, then each element with its length, -1 for NULL.
enum ArrayReader {
    /// The elements of an array of at most one dimension.
    static func elements<Element: PostgresDecodable>(of field: borrowing Field) throws(DecodingFault) -> [Element] {
        let bytes = field.bytes
        let malformed = DecodingFault.malformed(asked: "\([Element].self)")
        guard bytes.count >= 12 else { throw field.mismatch("\([Element].self)") }
        let dimensions = bytes.bigEndian(Int32.self, at: 0)
        let flags = bytes.bigEndian(Int32.self, at: 4)
        let type = bytes.bigEndian(UInt32.self, at: 8)
        guard flags == 0 || flags == 1, dimensions == 0 || dimensions == 1 else {
            throw field.mismatch("\([Element].self)")
        }
        guard dimensions == 1 else { return [] }
        guard bytes.count >= 20 else { throw malformed }
        let count = Int(bytes.bigEndian(Int32.self, at: 12))
        guard count >= 0, count <= (bytes.count - 20) / 4 else { throw malformed }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        var position = 20
        for _ in 0..<count {
            guard position + 4 <= bytes.count else { throw malformed }
            let length = Int(bytes.bigEndian(Int32.self, at: position))
            position += 4
            guard length >= 0 else {
                elements.append(try Element.decodeNull())
                continue
            }
            guard position + length <= bytes.count else { throw malformed }
            let slice = UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
            elements.append(try Element.decode(Field(bytes: slice, type: type)))
            position += length
        }
        return elements
    }
}
