/// One thing that is wrong, so that a program can tell which, and a bookkeeper can put it right.
///
/// The texts hold no personal data (R65): whoever makes a fault passes as `found` only what may stand in a log, so
/// never an address, a phone number, a name, a taxpayer number or a marking code.
package struct FiscalFault: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// What is wrong; stable.
    package let code: FaultCode
    /// Where: the JSON path of the field.
    package let field: FieldPath
    /// What would be accepted there, when the choice is a short list or a range; empty otherwise.
    package let allowed: [String]
    /// The explanation in Russian: a whole sentence without the place, see ``message(in:)``.
    package let russian: String
    /// The explanation in English: a whole sentence without the place, see ``message(in:)``.
    package let english: String

    private enum CodingKeys: String, CodingKey {
        case code, field, allowed
        case russian = "ru"
        case english = "en"
    }

    /// A fault with the texts of the catalogue.
    ///
    /// - Parameters:
    ///   - code: What is wrong.
    ///   - field: Where it is wrong.
    ///   - found: What stands there now, if that may be shown to anybody: `22 %`, `12.3456`.
    ///   - limit: What it is measured against: `05.03.2026`, `100`, `42949672.95`.
    ///   - allowed: What would be accepted.
    package init(
        _ code: FaultCode, at field: FieldPath, found: String? = nil, limit: String? = nil, allowed: [String] = []
    ) {
        self.code = code
        self.field = field
        self.allowed = allowed
        let text = FaultText(code, found: found, limit: limit)
        russian = text.russian
        english = text.english
    }

    private init(copying fault: FiscalFault, field: FieldPath) {
        code = fault.code
        self.field = field
        allowed = fault.allowed
        russian = fault.russian
        english = fault.english
    }

    /// The same fault seen from further out: a fault at `vat_rate` within `items[2]` lies at `items[2].vat_rate`.
    package func within(_ outer: FieldPath) -> FiscalFault {
        FiscalFault(copying: self, field: field.within(outer))
    }

    /// The same fault at another place.
    package func at(_ field: FieldPath) -> FiscalFault {
        FiscalFault(copying: self, field: field)
    }

    /// What to show to a person: the line, the sentence and what is accepted.
    package func message(in language: FaultLanguage) -> String {
        let sentence: String
        let acceptable: String
        switch language {
        case .russian:
            sentence = russian
            acceptable = "Допустимо"
        case .english:
            sentence = english
            acceptable = "Accepted"
        }
        let placed = field.place(in: language).map { "\($0). \(sentence)" } ?? sentence
        return allowed.isEmpty ? placed : "\(placed) \(acceptable): \(allowed.joined(separator: ", "))."
    }

    /// For a log: code, field and the English sentence.
    package var description: String {
        field.text.isEmpty ? "\(code.rawValue): \(english)" : "\(code.rawValue) at \(field): \(english)"
    }
}
