/// A kind of thing in a portal: its fields with what they hold unless something else was said, in the order of answers.
struct BitrixEntity: Sendable {
    let fields: [JSONMember]
    /// Whether ids are written as strings, as the portal does for some kinds.
    let hasTextIDs: Bool
    /// The field that names what a thing belongs to, by which its table finds it without a search.
    let ownerField: String
    private let positions: [String: Int]

    init(hasTextIDs: Bool = false, ownerField: String = "orderId", _ fields: KeyValuePairs<String, JSONValue>) {
        self.fields = fields.map { JSONMember($0.key, $0.value) }
        self.hasTextIDs = hasTextIDs
        self.ownerField = ownerField
        positions = Dictionary(
            self.fields.enumerated().map { (Self.folded($0.element.name), $0.offset) }, uniquingKeysWith: { $1 })
    }

    /// The field of a name in whatever case, `orderId`, `ORDER_ID` and `orderid` being one; nil if there is none.
    func position(of name: String) -> Int? { positions[Self.folded(name)] }

    /// The id as answers write it.
    func idValue(_ id: Int) -> JSONValue { hasTextIDs ? .string(String(id)) : .int(id) }

    private static func folded(_ name: String) -> String { name.lowercased().filter { $0 != "_" } }
}

/// One thing in a portal: what differs from its kind's defaults.
struct BitrixRow: Sendable {
    let id: Int
    /// What it belongs to, mostly an order; 0 for what belongs to nothing.
    let owner: Int
    private(set) var values: [Int: JSONValue]

    init(id: Int, owner: Int = 0, of entity: BitrixEntity, _ fields: [(String, JSONValue)]) {
        self.id = id
        self.owner = owner
        values = [:]
        set("id", to: entity.idValue(id), of: entity)
        if owner != 0 { set(entity.ownerField, to: .int(owner), of: entity) }
        for (name, value) in fields { set(name, to: value, of: entity) }
    }

    /// Sets a field that the kind has; others are ignored, as the portal does.
    mutating func set(_ name: String, to value: JSONValue, of entity: BitrixEntity) {
        if let position = entity.position(of: name) { values[position] = value }
    }

    /// The value of the field at a position.
    func value(at position: Int, of entity: BitrixEntity) -> JSONValue {
        values[position] ?? entity.fields[position].value
    }

    /// The value of a field; null if the kind has none of that name.
    func value(_ name: String, of entity: BitrixEntity) -> JSONValue {
        entity.position(of: name).map { value(at: $0, of: entity) } ?? .null
    }

    /// The whole thing, or the selected fields of it.
    func json(of entity: BitrixEntity, selecting positions: [Int]? = nil) -> JSONValue {
        .object(
            (positions ?? Array(entity.fields.indices)).map {
                JSONMember(entity.fields[$0].name, value(at: $0, of: entity))
            })
    }
}
