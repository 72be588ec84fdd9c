/// The text of a receipt's QR code (R62), by which anybody can check it.
///
/// `t=20260305T0907&s=1234.50&fn=9960440300000123&i=1207&fp=352220716&n=1`
package struct QRText: Hashable, Sendable, CustomStringConvertible {
    /// The till's clock; the seconds of a text that was read are kept, those of one that is built are not written.
    package let time: CivilDateTime
    /// Not negative.
    package let total: Money
    package let signs: FiscalSigns
    /// Always an ordinary kind: corrections use the same four numbers.
    package let type: ReceiptType

    /// The text for a receipt.
    ///
    /// - Throws: ``FaultCode/amountInvalid`` at `total` if it is negative.
    package init(time: CivilDateTime, total: Money, signs: FiscalSigns, type: ReceiptType) throws(FiscalFault) {
        guard !total.isNegative else { throw FiscalFault(.amountInvalid, at: "total", found: total.description) }
        self.time = time
        self.total = total
        self.signs = signs
        self.type = type.ordinary
    }

    /// The text for the values that a provider gives.
    ///
    /// - Parameters:
    ///   - time: The till's local time, `2026-03-05T09:07:59`, with `T` or a blank.
    ///   - total: Roubles with at most two decimals.
    ///   - fn: 16 digits.
    ///   - fd: Digits, perhaps with leading zeros.
    ///   - fpd: Digits, perhaps with leading zeros.
    ///   - type: The neutral name of the kind, `sell`.
    /// - Throws: ``FiscalFaults`` with every fault, at the names of the parameters.
    package init(
        time: String, total: String, fn: String, fd: String, fpd: String, type: String
    ) throws(FiscalFaults) {
        var collector = FaultCollector()
        let clock = CivilDateTime(time)
        if clock == nil { collector.add(FiscalFault(.dateInvalid, at: "time", found: String(time.prefix(40)))) }
        let sum = try? Money(decimalText: total)
        if sum == nil { collector.add(FiscalFault(.amountInvalid, at: "total", found: String(total.prefix(40)))) }
        let signs = collector.values { () throws(FiscalFaults) in try FiscalSigns(fn: fn, fd: fd, fpd: fpd) }
        let kind = collector.value { () throws(FiscalFault) in try ReceiptType.named(type, at: "type") }
        try collector.finish()
        guard let clock, let sum, let signs, let kind else { throw FiscalFaults(.qrInvalid, at: .whole) }
        do {
            try self.init(time: clock, total: sum, signs: signs, type: kind)
        } catch {
            throw FiscalFaults(error)
        }
    }

    /// The text for the code.
    package var text: String {
        let date =
            "\(CivilDigits.padded(time.date.year, 4))\(CivilDigits.padded(time.date.month, 2))"
            + CivilDigits.padded(time.date.day, 2)
        let clock = CivilDigits.padded(time.hour, 2) + CivilDigits.padded(time.minute, 2)
        return "t=\(date)T\(clock)&s=\(total)&fn=\(signs.fn)&i=\(signs.fd)&fp=\(signs.fpd)&n=\(type.tag1054)"
    }

    package var description: String { text }
}

extension QRText: Codable {
    /// Reads the text of the code.
    ///
    /// - Throws: ``FiscalFault``, or `DecodingError` if it is no string.
    package init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
