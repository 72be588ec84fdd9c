/// One value of a result that is not NULL: its bytes in the binary form of its type.
///
/// Valid only while its row is; what is kept of it must be copied.
package struct Field: ~Copyable {
    let bytes: UnsafeRawBufferPointer
    let type: UInt32

    func integer<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) throws(DecodingFault) -> T {
        guard bytes.count == MemoryLayout<T>.size else { throw .malformed(asked: "\(T.self)") }
        return bytes.bigEndian(T.self, at: 0)
    }

    func mismatch(_ asked: String) -> DecodingFault {
        .typeMismatch(asked: asked, columnType: type)
    }
}
