/// Writing of integers with a decimal point.
enum DecimalText {
    /// `units` × 10^−`scale` with all `scale` digits after the point, at least one before it.
    static func text(units: Int128, scale: Int) -> String {
        guard let small = Int64(exactly: units) else {
            let digits = String(units.magnitude)
            let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
            let text = scale == 0 ? padded : padded.dropLast(scale) + "." + padded.suffix(scale)
            return units < 0 ? "-" + text : text
        }
        return text(units: small, scale: scale)
    }

    /// As above, without an allocation for texts of up to 15 bytes.
    static func text(units: Int64, scale: Int) -> String {
        String(unsafeUninitializedCapacity: 64) { buffer in
            var rest = units.magnitude
            var position = 64
            var written = 0
            repeat {
                if written == scale, scale > 0 {
                    position -= 1
                    buffer[position] = UInt8(ascii: ".")
                }
                position -= 1
                buffer[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
                written += 1
            } while rest > 0 || written <= scale
            if units < 0 {
                position -= 1
                buffer[position] = UInt8(ascii: "-")
            }
            let count = 64 - position
            for index in 0..<count { buffer[index] = buffer[position + index] }
            return count
        }
    }
}
