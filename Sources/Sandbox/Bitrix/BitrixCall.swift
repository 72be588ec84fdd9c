/// One call of a method: who, and with what.
struct BitrixCall: Sendable {
    /// Method in lower case.
    let method: String
    /// Parameters, query and body merged.
    let parameters: JSONValue
    let caller: BitrixCaller
    /// Microseconds since 1970 by the sandbox's clock.
    let now: Int64

    /// A parameter by name; names are as written here or in upper case.
    subscript(_ name: String) -> JSONValue? { parameters[name] ?? parameters[name.uppercased()] }

    /// An integer parameter that must be there.
    func id(_ name: String = "id") throws(BitrixError) -> Int {
        guard let value = self[name], !value.isNull else { throw .missing(name) }
        return Int(value.scalarText ?? "") ?? 0
    }

    /// A list of integers that must be there.
    func ids(_ name: String) throws(BitrixError) -> [Int] {
        guard let values = self[name]?.phpEntries else { throw .missing(name) }
        return values.map { Int($0.value.scalarText ?? "") ?? 0 }
    }

    /// The map parameter `fields`, which must be there.
    func fields() throws(BitrixError) -> JSONValue {
        guard let fields = self["fields"], fields.phpEntries != nil else { throw .missing("fields") }
        return fields
    }
}

/// What a method gave back.
struct BitrixResult: Sendable {
    let result: JSONValue
    let next: Int?
    let total: Int?

    init(_ result: JSONValue, next: Int? = nil, total: Int? = nil) {
        self.result = result
        self.next = next
        self.total = total
    }
}
