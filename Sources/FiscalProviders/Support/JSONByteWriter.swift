/// Writes JSON straight into bytes: keys in the order in which they are written, nothing escaped that need not be,
/// amounts as exact decimals. The same calls give the same bytes on every machine and in every release, which the
/// stored request bodies rely on (I2).
package struct JSONByteWriter: Sendable {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    /// Whether the next value or key follows another one in its container.
    private var follows = false

    package init(reservingCapacity capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    package mutating func object(_ content: (inout JSONByteWriter) -> Void) {
        open(UInt8(ascii: "{"))
        content(&self)
        close(UInt8(ascii: "}"))
    }

    package mutating func array(_ content: (inout JSONByteWriter) -> Void) {
        open(UInt8(ascii: "["))
        content(&self)
        close(UInt8(ascii: "]"))
    }

    /// The key of the value that comes next; plain ASCII without quotes.
    package mutating func key(_ key: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        follows = false
    }

    package mutating func string(_ text: some StringProtocol) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        let isPlain = text.utf8.withContiguousStorageIfAvailable { buffer in
            guard buffer.allSatisfy({ !Self.needsEscape($0) }) else { return false }
            bytes.append(contentsOf: buffer)
            return true
        }
        if isPlain != true {
            for byte in text.utf8 { append(byte) }
        }
        bytes.append(UInt8(ascii: "\""))
        follows = true
    }

    package mutating func integer(_ value: Int) {
        separate()
        digits(UInt64(value.magnitude), negative: value < 0)
        follows = true
    }

    package mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: value ? Array("true".utf8) : Array("false".utf8))
        follows = true
    }

    /// Hundredths with both decimals: 24000 is `240.00`.
    package mutating func hundredths(_ value: Int64) {
        separate()
        let magnitude = value.magnitude
        digits(magnitude / 100, negative: value < 0)
        bytes.append(UInt8(ascii: "."))
        bytes.append(UInt8(ascii: "0") + UInt8(magnitude / 10 % 10))
        bytes.append(UInt8(ascii: "0") + UInt8(magnitude % 10))
        follows = true
    }

    /// Thousandths without trailing zeros: 2000 is `2`, 333 is `0.333`.
    package mutating func thousandths(_ value: Int64) {
        separate()
        let magnitude = value.magnitude
        digits(magnitude / 1000, negative: value < 0)
        var fraction = magnitude % 1000
        var unit: UInt64 = 100
        if fraction > 0 { bytes.append(UInt8(ascii: ".")) }
        while fraction > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(fraction / unit))
            fraction %= unit
            unit /= 10
        }
        follows = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        follows = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        follows = true
    }

    private mutating func separate() {
        if follows { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func digits(_ value: UInt64, negative: Bool) {
        if negative { bytes.append(UInt8(ascii: "-")) }
        var divisor: UInt64 = 1
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// RFC 8259 demands escapes for these only. They have one spelling each, `\u001d` in lower case, so that bytes
    /// stay comparable.
    private mutating func append(_ byte: UInt8) {
        guard Self.needsEscape(byte) else {
            bytes.append(byte)
            return
        }
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        default:
            bytes.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
            for digit in [byte >> 4, byte & 15] {
                bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }
}
