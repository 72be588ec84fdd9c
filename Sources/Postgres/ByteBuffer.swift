/// A growing run of bytes that is filled, sent and filled again without giving its memory back in between.
///
/// Not `Sendable`: it belongs to one connection's thread.
final class ByteBuffer {
    private static let keptCapacity = 1 << 20

    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 4096) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit {
        base.deallocate()
    }

    /// The bytes so far. Valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Forgets the bytes; memory beyond the usual is given back.
    func removeAll() {
        count = 0
        if capacity > Self.keptCapacity {
            base.deallocate()
            capacity = 4096
            base = .allocate(byteCount: capacity, alignment: 8)
        }
    }

    /// Makes room for `additional` bytes.
    func reserve(_ additional: Int) {
        let needed = count + additional
        guard needed > capacity else { return }
        let grown = max(needed, capacity * 2)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 8)
        moved.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = moved
        capacity = grown
    }

    func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    func append<T: FixedWidthInteger & BitwiseCopyable>(bigEndian value: T) {
        reserve(MemoryLayout<T>.size)
        base.storeBytes(of: value.bigEndian, toByteOffset: count, as: T.self)
        count += MemoryLayout<T>.size
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (base + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends the UTF-8 of a string.
    func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends a 32-bit length and then what `body` appends, which the length counts.
    func appendCounted(_ body: () -> Void) {
        let place = count
        append(bigEndian: Int32(0))
        body()
        let length = Int32(count - place - 4)
        base.storeBytes(of: length.bigEndian, toByteOffset: place, as: Int32.self)
    }
}
