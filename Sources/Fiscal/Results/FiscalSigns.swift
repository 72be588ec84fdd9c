/// The three numbers by which a fiscal document is known: without all of them nothing was fiscalised (R60, R61).
package struct FiscalSigns: Hashable, Sendable, CustomStringConvertible {
    /// Number of the fiscal drive (tag 1041): 16 digits.
    package let fn: String
    /// Number of the document in the drive (tag 1040), from 1.
    package let fd: UInt32
    /// Fiscal sign of the document (tag 1077).
    package let fpd: UInt32

    /// Reads the numbers as a provider gives them: texts of digits, `fd` and `fpd` perhaps with leading zeros.
    ///
    /// - Throws: ``FiscalFaults`` `fiscal_sign_invalid` at `fn`, `fd`, `fpd`.
    package init(fn: String, fd: String, fpd: String) throws(FiscalFaults) {
        var collector = FaultCollector()
        if fn.utf8.count != 16 || !fn.utf8.allSatisfy(\.isASCIIDigit) || fn.utf8.allSatisfy({ $0 == 0x30 }) {
            collector.add(FiscalFault(.fiscalSignInvalid, at: "fn", found: String(fn.prefix(24))))
        }
        let document = Self.number(fd)
        if document == nil || document == 0 {
            collector.add(FiscalFault(.fiscalSignInvalid, at: "fd", found: String(fd.prefix(24))))
        }
        let sign = Self.number(fpd)
        if sign == nil { collector.add(FiscalFault(.fiscalSignInvalid, at: "fpd", found: String(fpd.prefix(24)))) }
        try collector.finish()
        guard let document, let sign else { throw FiscalFaults(.fiscalSignInvalid, at: .whole) }
        self.fn = fn
        self.fd = document
        self.fpd = sign
    }

    package var description: String { "ФН \(fn) ФД \(fd) ФПД \(fpd)" }

    /// At most 20 digits that make a number of 32 bits.
    private static func number(_ text: String) -> UInt32? {
        guard 1...20 ~= text.utf8.count, text.utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        return UInt32(text)
    }
}

extension FiscalSigns: Codable {
    private enum CodingKeys: String, CodingKey {
        case fn, fd, fpd
    }

    /// - Throws: ``FiscalFaults``, or `DecodingError` if a number is missing or no text.
    package init(from decoder: any Decoder) throws {
        let map = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            fn: map.decode(String.self, forKey: .fn), fd: map.decode(String.self, forKey: .fd),
            fpd: map.decode(String.self, forKey: .fpd))
    }

    package func encode(to encoder: any Encoder) throws {
        var map = encoder.container(keyedBy: CodingKeys.self)
        try map.encode(fn, forKey: .fn)
        try map.encode(String(fd), forKey: .fd)
        try map.encode(String(fpd), forKey: .fpd)
    }
}
