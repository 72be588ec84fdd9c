/// The wire form of `numeric`: digits to the base 10,000, the position of the first, a sign and the decimal scale.
extension PostgresNumeric {
    private static let negative: UInt16 = 0x4000

    /// Appends the binary form, without a length.
    func encode(into buffer: ByteBuffer) {
        let isNegative = text.first == "-"
        let parts = text.drop { $0 == "-" }.split(separator: ".", maxSplits: 1)
        let whole = Array(parts[0].utf8)
        let fraction = parts.count == 2 ? Array(parts[1].utf8) : []
        let zero: UInt8 = 0x30
        let padded =
            Array(repeating: zero, count: (4 - whole.count % 4) % 4) + whole + fraction
            + Array(repeating: zero, count: (4 - fraction.count % 4) % 4)
        var groups = stride(from: 0, to: padded.count, by: 4).map { start in
            padded[start..<start + 4].reduce(Int16(0)) { $0 * 10 + Int16($1 - zero) }
        }
        var weight = (whole.count + 3) / 4 - 1
        while groups.first == 0 {
            groups.removeFirst()
            weight -= 1
        }
        while groups.last == 0 { groups.removeLast() }
        buffer.append(bigEndian: Int16(groups.count))
        buffer.append(bigEndian: groups.isEmpty ? 0 : Int16(weight))
        buffer.append(bigEndian: isNegative ? Self.negative : 0)
        buffer.append(bigEndian: Int16(fraction.count))
        for group in groups { buffer.append(bigEndian: group) }
    }

    /// Reads the binary form; `nil` for NaN, the infinities and bytes that are no `numeric`.
    static func decode(_ bytes: UnsafeRawBufferPointer) -> PostgresNumeric? {
        guard bytes.count >= 8 else { return nil }
        let count = Int(bytes.bigEndian(Int16.self, at: 0))
        let weight = Int(bytes.bigEndian(Int16.self, at: 2))
        let sign = bytes.bigEndian(UInt16.self, at: 4)
        let scale = Int(bytes.bigEndian(Int16.self, at: 6))
        guard count >= 0, scale >= 0, bytes.count == 8 + 2 * count, sign == 0 || sign == negative else { return nil }
        func group(_ position: Int) -> [UInt8] {
            let index = weight - position
            var value = (0..<count).contains(index) ? bytes.bigEndian(Int16.self, at: 8 + 2 * index) : 0
            var digits: [UInt8] = [0, 0, 0, 0]
            for place in digits.indices.reversed() {
                digits[place] = 0x30 + UInt8(truncatingIfNeeded: value % 10)
                value /= 10
            }
            return digits
        }
        var whole = stride(from: max(weight, 0), through: 0, by: -1).flatMap(group)
        whole = Array(whole.drop { $0 == 0x30 })
        var digits = sign == negative ? [UInt8(ascii: "-")] : []
        digits += whole.isEmpty ? [0x30] : whole
        if scale > 0 {
            let fraction = stride(from: -1, through: -(scale + 3) / 4, by: -1).flatMap(group)
            digits.append(UInt8(ascii: "."))
            digits += fraction.prefix(scale)
        }
        return PostgresNumeric(canonical: String(decoding: digits, as: UTF8.self))
    }
}
