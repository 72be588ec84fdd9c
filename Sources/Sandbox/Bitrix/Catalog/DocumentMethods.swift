/// `catalog.document.*`: documents of stock. There is no method that gets a single one; lists find them.
enum DocumentMethods {
    private static let denied = BitrixError.other("Недостаточно прав для сохранения документа")
    private static let unknown = BitrixError.other("Документ не найден")
    /// What a client may write; everything else in `fields` is dropped.
    private static let writable: Set<String> = [
        "docType", "responsibleId", "currency", "siteId", "dateDocument", "title", "commentary", "total", "docNumber",
        "createdBy",
    ]
    private static let numbers: Set<String> = ["responsibleId", "createdBy"]

    static let all: [String: BitrixMethod] = [
        "catalog.document.mode.status": BitrixMethod(scope: "catalog") { state, _ throws(BitrixError) in
            BitrixResult(state.catalog.isStockControlOn ? "Y" : "N")
        },
        "catalog.enum.getstoredocumenttypes": BitrixMethod(scope: "catalog") { _, _ throws(BitrixError) in
            BitrixResult([
                "enum": .array(
                    StockMovement.kinds.map { kind, name in ["id": .string(kind), "name": .string(name)] })
            ])
        },
        "catalog.document.list": BitrixMethod(scope: "catalog", denial: denied) { state, call throws(BitrixError) in
            state.list(call, state.catalog.documents, named: "documents")
        },
        "catalog.document.add": method { state, call throws(BitrixError) in
            let fields = try call.fields()
            let missing = ["docType", "responsibleId", "currency"].filter { (fields[$0]?.scalarText ?? "").isEmpty }
            guard missing.isEmpty else { throw .other("Required fields: \(missing.joined(separator: ", "))") }
            let kind = fields["docType"]?.scalarText ?? ""
            guard StockMovement.kinds.contains(where: { $0.key == kind }) else {
                throw .other("DOC_TYPE isn't available")
            }
            let now = state.date(call.now)
            let id = state.catalog.documents.add([
                ("dateCreate", now), ("dateModify", now), ("dateStatus", now), ("createdBy", .int(call.caller.user)),
                ("modifiedBy", .int(call.caller.user)),
            ])
            state.catalog.documents.update(
                id, [("title", .string("Документ #\(id)")), ("docNumber", .string(String(id)))])
            state.catalog.documents.update(id, written(fields))
            return BitrixResult(["document": state.catalog.documents.json(id) ?? .null])
        },
        "catalog.document.update": method { state, call throws(BitrixError) in
            let id = try document(call.id(), state)
            let fields = written(try call.fields()).filter { $0.0 != "currency" && $0.0 != "docType" }
            guard state.catalog.documents.value("status", of: id) != "Y" else {
                throw .other("Проведенный документ нельзя изменить")
            }
            state.catalog.documents.update(id, fields + [("dateModify", state.date(call.now))])
            return BitrixResult(["document": state.catalog.documents.json(id) ?? .null])
        },
        "catalog.document.delete": method { state, call throws(BitrixError) in
            let id = try document(call.id(), state)
            // A conducted one stays, and the answer is null instead of an error.
            guard state.catalog.documents.value("status", of: id) != "Y" else { return BitrixResult(.null) }
            remove(id, &state)
            return BitrixResult(true)
        },
        "catalog.document.deletelist": method { state, call throws(BitrixError) in
            try each(call, "При удалении документа", &state) { id, state throws(BitrixError) in
                guard state.catalog.documents.value("status", of: id) != "Y" else {
                    throw .other("Документ проведен")
                }
                remove(id, &state)
            }
        },
        "catalog.document.conduct": method { state, call throws(BitrixError) in
            let id = try document(call.id(), state)
            try conduct(id, call, &state, "Ошибка проведения документа: ")
            return BitrixResult(true)
        },
        "catalog.document.conductlist": method { state, call throws(BitrixError) in
            try each(call, "При проведении документа", &state) { id, state throws(BitrixError) in
                try conduct(id, call, &state, "")
            }
        },
        "catalog.document.cancel": method { state, call throws(BitrixError) in
            // Of one that is not there the portal says that the right is lacking.
            let id = try call.id()
            guard state.catalog.documents.rows[id] != nil else { throw denied }
            try cancel(id, call, &state, "Ошибка отмены проведения документа: ")
            return BitrixResult(true)
        },
        "catalog.document.cancellist": method { state, call throws(BitrixError) in
            try each(call, "При отмене документа", &state) { id, state throws(BitrixError) in
                try cancel(id, call, &state, "")
            }
        },
        "catalog.documentcontractor.add": method { state, call throws(BitrixError) in
            let fields = try call.fields()
            let id = try document(Int(fields["documentId"]?.scalarText ?? "") ?? 0, state)
            let added = state.catalog.contractors.add(
                owner: id,
                ["entityId", "entityTypeId"].map { ($0, .int(Int(fields[$0]?.scalarText ?? "") ?? 0)) })
            return BitrixResult(["documentContractor": state.catalog.contractors.json(added) ?? .null])
        },
    ]

    private static func method(_ run: @escaping BitrixMethod.Run) -> BitrixMethod {
        BitrixMethod(scope: "catalog", writes: true, denial: denied, run: run)
    }

    private static func document(_ id: Int, _ state: PortalState) throws(BitrixError) -> Int {
        guard state.catalog.documents.rows[id] != nil else { throw unknown }
        return id
    }

    private static func written(_ fields: JSONValue) -> [(String, JSONValue)] {
        (fields.phpEntries ?? []).compactMap { member in
            guard writable.contains(member.name) else { return nil }
            guard let text = member.value.scalarText else { return nil }
            if numbers.contains(member.name) { return (member.name, .int(Int(text) ?? 0)) }
            if member.name == "total" {
                return (member.name, ExactDecimal(text).map { .number($0.description) } ?? .null)
            }
            let limit = member.name == "docNumber" ? 64 : member.name == "commentary" ? 1000 : 255
            return (member.name, .string(String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))))
        }
    }

    private static func conduct(
        _ id: Int, _ call: BitrixCall, _ state: inout PortalState, _ prefix: String
    ) throws(BitrixError) {
        guard state.catalog.isStockControlOn else {
            throw .other("Для проведения документа необходимо включить складской учет")
        }
        guard !state.catalog.isKeptIn1C else { throw .other("Складской учет ведется в 1С") }
        do throws(BitrixError) {
            guard state.catalog.documents.value("status", of: id) != "Y" else { throw .other("Документ уже проведен") }
            try StockMovement(ofDocument: id, in: state.catalog).apply(to: &state.catalog)
        } catch {
            throw .other(prefix + error.description)
        }
        state.catalog.conducted += 1
        set("Y", id, call, &state)
    }

    private static func cancel(
        _ id: Int, _ call: BitrixCall, _ state: inout PortalState, _ prefix: String
    ) throws(BitrixError) {
        do throws(BitrixError) {
            guard state.catalog.documents.value("status", of: id) == "Y" else {
                throw .other("Документ еще не проведен")
            }
            try StockMovement(ofDocument: id, in: state.catalog).reversed.apply(to: &state.catalog)
        } catch {
            throw .other(prefix + error.description)
        }
        set("C", id, call, &state)
    }

    private static func set(_ status: JSONValue, _ id: Int, _ call: BitrixCall, _ state: inout PortalState) {
        let now = state.date(call.now)
        state.catalog.documents.update(
            id,
            [
                ("status", status), ("statusBy", .int(call.caller.user)), ("dateStatus", now), ("dateModify", now),
            ])
    }

    private static func remove(_ id: Int, _ state: inout PortalState) {
        for row in state.catalog.elements.rows(of: id) { state.catalog.elements.remove(row.id) }
        state.catalog.documents.remove(id)
    }

    /// Does something to each document named. What succeeds stays done when another fails.
    private static func each(
        _ call: BitrixCall, _ words: String, _ state: inout PortalState,
        _ act: (Int, inout PortalState) throws(BitrixError) -> Void
    ) throws(BitrixError) -> BitrixResult {
        var faults: [String] = []
        for id in try call.ids("documentIds") {
            do throws(BitrixError) {
                try act(try document(id, state), &state)
            } catch {
                let title = state.catalog.documents.value("title", of: id).scalarText ?? ""
                faults.append("\(words) \"\(title)\" произошла ошибка: \(error.description)")
            }
        }
        guard faults.isEmpty else { throw .other(faults.joined(separator: "; ")) }
        return BitrixResult(true)
    }
}
