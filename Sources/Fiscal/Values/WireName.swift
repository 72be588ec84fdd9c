/// An enumeration written in JSON by its neutral name, with a fault that lists the allowed names when one is unknown.
protocol WireNamed: RawRepresentable<String>, Codable, CaseIterable, Sendable {
    /// The code of the fault for a word that is none of the names.
    static var unknownCode: FaultCode { get }
}

extension WireNamed {
    /// Every name, in the order of declaration.
    static var names: [String] { allCases.map(\.rawValue) }

    /// The value of this name.
    /// - Throws: ``FiscalFault`` with ``unknownCode`` and the allowed names.
    static func named(_ name: String, at field: FieldPath) throws(FiscalFault) -> Self {
        guard let value = Self(rawValue: name) else {
            throw FiscalFault(unknownCode, at: field, found: String(name.prefix(40)), allowed: names)
        }
        return value
    }

    /// Reads the name.
    /// - Throws: ``FiscalFault`` if it is unknown, `DecodingError` if it is no string.
    package init(from decoder: any Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        let path = decoder.codingPath.reduce(FieldPath.whole) { path, key in
            key.intValue.map { path.element($0) } ?? path.field(key.stringValue)
        }
        self = try Self.named(name, at: path)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
