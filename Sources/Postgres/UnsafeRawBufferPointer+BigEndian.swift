extension UnsafeRawBufferPointer {
    /// The integer at `offset` in network byte order; the caller has checked the bounds.
    func bigEndian<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
        T(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}
