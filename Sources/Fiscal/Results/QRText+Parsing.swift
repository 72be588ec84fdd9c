extension QRText {
    /// Reads the text of a scanned code.
    ///
    /// The six values may stand in any order; each must be there once, nothing else may. The time may have seconds, the
    /// sum fewer than two decimals.
    /// - Throws: ``FaultCode/qrInvalid`` at `qr`; `found` names the value that is missing or wrong.
    package init(parsing text: some StringProtocol) throws(FiscalFault) {
        let values = try Self.values(in: Blanks.trimmed(text))
        func value(_ key: String) throws(FiscalFault) -> String {
            guard let value = values[key] else { throw Self.fault(key) }
            return value
        }
        guard let time = Self.time(try value("t")) else { throw Self.fault("t") }
        guard let total = try? Money(decimalText: try value("s")), !total.isNegative else { throw Self.fault("s") }
        let fn = try value("fn")
        let fd = try value("i")
        let fpd = try value("fp")
        let signs: FiscalSigns
        do {
            signs = try FiscalSigns(fn: fn, fd: fd, fpd: fpd)
        } catch {
            throw Self.fault(["fd": "i", "fpd": "fp"][error.first.field.text] ?? "fn")
        }
        let number = try value("n")
        let kinds: [ReceiptType] = [.sell, .sellReturn, .buy, .buyReturn]
        guard let type = kinds.first(where: { String($0.tag1054) == number }) else { throw Self.fault("n") }
        try self.init(time: time, total: total, signs: signs, type: type)
    }

    private static let keys: Set<String> = ["t", "s", "fn", "i", "fp", "n"]

    private static func values(in text: String) throws(FiscalFault) -> [String: String] {
        var values: [String: String] = [:]
        for pair in text.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let key = String(parts[0]), let value = String(parts[1]), keys.contains(key),
                values.updateValue(value, forKey: key) == nil
            else { throw FiscalFault(.qrInvalid, at: "qr") }
        }
        return values
    }

    /// `20260305T0907` or `20260305T090759`.
    private static func time(_ text: String) -> CivilDateTime? {
        let bytes = Array(text.utf8)
        guard bytes.count == 13 || bytes.count == 15, bytes[8] == UInt8(ascii: "T"),
            let year = CivilDigits.value(bytes[0..<4]), let month = CivilDigits.value(bytes[4..<6]),
            let day = CivilDigits.value(bytes[6..<8]), let date = CivilDate(year: year, month: month, day: day),
            let hour = CivilDigits.value(bytes[9..<11]), let minute = CivilDigits.value(bytes[11..<13]),
            let second = CivilDigits.value(bytes[13...])  // no digits at all are 0
        else { return nil }
        return CivilDateTime(date: date, hour: hour, minute: minute, second: second)
    }

    private static func fault(_ key: String) -> FiscalFault {
        FiscalFault(.qrInvalid, at: "qr", found: key)
    }
}
