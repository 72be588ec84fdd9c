/// A property that orders of one person type may have.
package struct OrderProperty: Hashable, Sendable {
    package let id: Int64

    /// A property belongs to one person type: the same code has another id for each.
    package let personTypeID: Int64

    /// Empty for many properties.
    package let code: String

    package let name: String

    /// Whether the property holds several values or a file: such a value does not survive being read and written back.
    package let isFragile: Bool

    package init(id: Int64, personTypeID: Int64, code: String, name: String = "", isFragile: Bool = false) {
        self.id = id
        self.personTypeID = personTypeID
        self.code = code
        self.name = name
        self.isFragile = isFragile
    }

    /// Reads a row of `sale.property.list`; nil without an id or a person type.
    init?(_ row: BitrixValue) {
        guard let id = row["id"]?.identifier, let personTypeID = row["personTypeId"]?.identifier else { return nil }
        let isFile = row["type"]?.text?.uppercased() == "FILE"
        self.init(
            id: id, personTypeID: personTypeID, code: row["code"]?.text ?? "", name: row["name"]?.text ?? "",
            isFragile: isFile || row["multiple"]?.flag == true)
    }
}
