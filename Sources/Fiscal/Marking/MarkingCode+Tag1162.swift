extension MarkingCode {
    /// The product code of FFD 1.05 (tag 1162): `44 4D`, the article's number in 6 bytes, the serial (R54).
    ///
    /// - Throws: ``FaultCode/markInvalid`` at `mark` for a code without article and serial: FFD 1.05 has no such form
    ///   here, and the till has to be one of FFD 1.2.
    package func tag1162() throws(FiscalFault) -> [UInt8] {
        let content = content
        guard let gtin = content.gtin, let serial = content.serial, let number = UInt64(gtin) else {
            throw FiscalFault(.markInvalid, at: "mark", found: "нет формы для ФФД 1.05 / no form in FFD 1.05")
        }
        let article = (0..<6).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
        return [0x44, 0x4D] + article + Array(serial.utf8)
    }

    /// The same as pairs of hexadecimal digits with blanks between, the form of the ATOL protocol.
    ///
    /// - Throws: as ``tag1162()``.
    package func tag1162Text() throws(FiscalFault) -> String {
        try tag1162().map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined(separator: " ")
    }
}
