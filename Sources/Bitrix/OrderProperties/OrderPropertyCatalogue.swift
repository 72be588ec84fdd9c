/// Every order property of a portal, as it was at one moment.
package struct OrderPropertyCatalogue: Hashable, Sendable {
    private struct Key: Hashable {
        let personTypeID: Int64
        let code: String
    }

    private let byID: [Int64: OrderProperty]
    private let byCode: [Key: OrderProperty]

    /// Of several properties with the same code for the same person type the eldest counts.
    package init(_ properties: [OrderProperty]) {
        byID = Dictionary(properties.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        byCode = Dictionary(
            properties.map { (Key(personTypeID: $0.personTypeID, code: $0.code.uppercased()), $0) },
            uniquingKeysWith: { $0.id < $1.id ? $0 : $1 })
    }

    /// The property of a code for a person type; letter case does not matter. Nil: nobody has made it yet.
    package func property(code: String, personTypeID: Int64) -> OrderProperty? {
        byCode[Key(personTypeID: personTypeID, code: code.uppercased())]
    }

    package func property(id: Int64) -> OrderProperty? { byID[id] }
}
