/// The operators of fiscal data that show a receipt to anybody who knows its numbers (R63).
package enum FiscalDataOperator: String, Hashable, Sendable, CaseIterable {
    /// Первый ОФД.
    case firstOFD = "1-ofd.ru"
    /// Платформа ОФД.
    case platformaOFD = "platformaofd.ru"
    /// Такском.
    case taxcom = "taxcom.ru"
    /// OFD.ru (Петер-Сервис Спецтехнологии).
    case ofdRu = "ofd.ru"

    /// The operator that a provider names by its title or its site; nil for one whose links are not known.
    ///
    /// - Parameter name: Such as `Первый ОФД`, `www.platformaofd.ru`, `АО "Такском"`.
    package init?(named name: String) {
        let scalars = name.lowercased().unicodeScalars.filter {
            $0.properties.isAlphabetic || "0"..."9" ~= $0 || $0 == " " || $0 == "-" || $0 == "."
        }
        var words = String(String.UnicodeScalarView(scalars)).split(separator: " ").map(String.init)
        words = words.map { $0.hasPrefix("www.") ? String($0.dropFirst(4)) : $0 }
        let whole = words.joined(separator: " ")
        let titles: [(FiscalDataOperator, [String])] = [
            (.firstOFD, ["1-ofd.ru", "первый офд", "1-офд"]),
            (.platformaOFD, ["platformaofd.ru", "платформа офд"]),
            (.taxcom, ["taxcom.ru", "такском"]),
            (.ofdRu, ["ofd.ru", "офд.ру"]),
        ]
        // Whole words only: "e-ofd.ru" is somebody else.
        let found = titles.first { _, known in
            known.contains { title in whole == title || words.contains(title) || " \(whole) ".hasInside(" \(title) ") }
        }
        guard let found else { return nil }
        self = found.0
    }

    /// The page of a receipt at the operator.
    ///
    /// - Parameter qr: The text of the receipt's code.
    /// - Returns: An address that anybody may open; it holds no personal data.
    package func link(for qr: QRText) -> String {
        let signs = qr.signs
        switch self {
        case .firstOFD: return "https://consumer.1-ofd.ru/v1?\(qr.text)"
        case .platformaOFD:
            return "https://lk.platformaofd.ru/web/noauth/cheque?fn=\(signs.fn)&fp=\(signs.fpd)&i=\(signs.fd)"
        case .taxcom: return "https://receipt.taxcom.ru/v01/show?fp=\(signs.fpd)&s=\(qr.total)"
        case .ofdRu: return "https://check.ofd.ru/rec/\(signs.fn)/\(signs.fd)/\(signs.fpd)"
        }
    }
}

extension String {
    /// Whether `part` occurs in the text.
    fileprivate func hasInside(_ part: String) -> Bool {
        indices.contains { self[$0...].hasPrefix(part) }
    }
}

extension FiscalResult {
    /// Where a receipt can be checked (R63): the provider's own link, else the page at the operator of fiscal data.
    ///
    /// Data reach the operator within minutes and the tax office within hours, so a page not found at once is no error.
    /// Nil if neither is known; then the numbers go into the tax office's application "Проверка чеков".
    package var verificationLink: String? {
        if let link, link.hasPrefix("https://") || link.hasPrefix("http://"),
            link.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace && $0.value > 0x20 })
        {
            return link
        }
        guard let qr, let operatorName else { return nil }
        return FiscalDataOperator(named: operatorName)?.link(for: qr)
    }
}
