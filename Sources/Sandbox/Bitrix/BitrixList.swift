/// The common part of every `*.list` method: filter, order, select and pages of 50.
struct BitrixList {
    static let pageSize = 50

    private let entity: BitrixEntity
    private let conditions: [BitrixCondition]
    private let order: [(position: Int, isDescending: Bool)]
    private let selection: [Int]?
    /// Offset of the page; nil: no counting (`start = -1`).
    private let start: Int?
    /// Conditions on fields that do not exist: the portal drops them in silence, the ledger tells.
    let droppedFilters: [String]

    init(_ call: BitrixCall, of entity: BitrixEntity) {
        self.entity = entity
        let filter = call["filter"]?.phpEntries ?? []
        conditions = filter.compactMap { BitrixCondition($0, of: entity) }
        droppedFilters = filter.filter { BitrixCondition($0, of: entity) == nil }.map(\.name)
        order = (call["order"]?.phpEntries ?? []).compactMap { entry in
            entity.position(of: entry.name).map { ($0, entry.value.scalarText?.lowercased() == "desc") }
        }
        let names = call["select"]?.phpEntries?.compactMap(\.value.scalarText) ?? []
        let selected = names.compactMap(entity.position(of:))
        selection = names.contains("*") || selected.isEmpty ? nil : selected.sorted()
        let offset = Int(call["start"]?.scalarText ?? "") ?? 0
        start = offset < 0 ? nil : offset / Self.pageSize * Self.pageSize
    }

    /// Runs the list over a table.
    func run(_ table: BitrixTable, named name: String) -> BitrixResult {
        let isByID = order.isEmpty || (order.count == 1 && order[0].position == entity.position(of: "id"))
        let isDescending = order.first?.isDescending ?? false
        if isByID, start == nil, !isDescending {
            return result(Array(ascending(table).prefix(Self.pageSize)), named: name, total: nil)
        }
        var rows = Array(ascending(table))
        if isByID {
            if isDescending { rows.reverse() }
        } else {
            rows.sort { left, right in
                for (position, isDescending) in order {
                    let sign = BitrixCondition.order(
                        left.value(at: position, of: entity), right.value(at: position, of: entity))
                    if let sign, sign != 0 { return isDescending ? sign > 0 : sign < 0 }
                }
                return left.id < right.id
            }
        }
        let page = Array(rows.dropFirst(start ?? 0).prefix(Self.pageSize))
        return result(page, named: name, total: start == nil ? nil : rows.count)
    }

    private func result(_ rows: [BitrixRow], named name: String, total: Int?) -> BitrixResult {
        let list = JSONValue.array(rows.map { $0.json(of: entity, selecting: selection) })
        let end = (start ?? 0) + rows.count
        return BitrixResult(
            .object([JSONMember(name, list)]), next: total.flatMap { end < $0 ? end : nil }, total: total)
    }

    /// The rows that meet the filter, by id: those of one owner or behind one id are found without looking at the rest.
    private func ascending(_ table: BitrixTable) -> some Sequence<BitrixRow> {
        let idPosition = entity.position(of: "id")
        var candidates: [BitrixRow]?
        if let ownerPosition = entity.position(of: entity.ownerField) {
            let named = conditions.first { $0.position == ownerPosition && $0.comparison == .equal }
            candidates = named?.operands.compactMap { Int($0.scalarText ?? "") }.sorted().flatMap { table.rows(of: $0) }
        }
        if candidates == nil,
            let exact = conditions.first(where: { $0.position == idPosition && $0.comparison == .equal })
        {
            let ids = Set(exact.operands.compactMap { Int($0.scalarText ?? "") })
            candidates = ids.sorted().compactMap { table.rows[$0] }
        }
        let floor = conditions.first { $0.position == idPosition && $0.comparison == .greater }?
            .operands.first.flatMap { Int($0.scalarText ?? "") }
        let from = floor.map(table.firstIndex(above:)) ?? 0
        let pool = candidates?.sorted { $0.id < $1.id }
        let count = pool?.count ?? (table.ids.count - from)
        return (0..<count).lazy
            .compactMap { pool?[$0] ?? table.rows[table.ids[from + $0]] }
            .filter { row in conditions.allSatisfy { $0.holds(for: row.value(at: $0.position, of: entity)) } }
    }
}
