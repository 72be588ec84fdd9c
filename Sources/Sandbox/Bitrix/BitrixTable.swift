/// All things of one kind in a portal.
struct BitrixTable: Sendable {
    let entity: BitrixEntity
    private(set) var rows: [Int: BitrixRow] = [:]
    /// In ascending order.
    private(set) var ids: [Int] = []
    private var byOwner: [Int: [Int]] = [:]
    private var lastID: Int

    init(_ entity: BitrixEntity, firstID: Int = 1) {
        self.entity = entity
        lastID = firstID - 1
    }

    /// Adds a thing under the next free id, or under one that is free.
    mutating func add(id: Int? = nil, owner: Int? = nil, _ fields: [(String, JSONValue)]) -> Int {
        let id = id ?? lastID + 1
        let row = BitrixRow(id: id, owner: owner ?? 0, of: entity, fields)
        if let last = ids.last, last >= id {
            ids.insert(id, at: firstIndex(above: id))
        } else {
            ids.append(id)
        }
        lastID = max(lastID, id)
        rows[id] = row
        if let owner { byOwner[owner, default: []].append(id) }
        return id
    }

    /// Removes a thing.
    mutating func remove(_ id: Int) {
        guard let row = rows.removeValue(forKey: id) else { return }
        let index = firstIndex(above: id) - 1
        if ids.indices.contains(index), ids[index] == id { ids.remove(at: index) }
        byOwner[row.owner]?.removeAll { $0 == id }
    }

    /// Sets fields of a thing.
    mutating func update(_ id: Int, _ fields: [(String, JSONValue)]) {
        for (name, value) in fields { rows[id]?.set(name, to: value, of: entity) }
    }

    /// What belongs to an order or whatever else owns things of this kind, oldest first.
    func rows(of owner: Int) -> [BitrixRow] { (byOwner[owner] ?? []).compactMap { rows[$0] } }

    /// A field of a thing; null if there is no such thing or field.
    func value(_ name: String, of id: Int) -> JSONValue { rows[id]?.value(name, of: entity) ?? .null }

    /// The whole thing; nil if there is none.
    func json(_ id: Int) -> JSONValue? { rows[id]?.json(of: entity) }

    /// Position of the first id greater than this one.
    func firstIndex(above id: Int) -> Int {
        var low = 0
        var high = ids.count
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] <= id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
