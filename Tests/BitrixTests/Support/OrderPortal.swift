import Bitrix
import HTTPTransport
import Synchronization

/// A portal with orders and their properties, which deletes every value that is not in the call, as the real one does.
final class OrderPortal: Sendable {
    struct Order: Sendable {
        var personType = 1
        var version = 1
        /// By property id, in the order of the rows.
        var values: [(property: Int64, value: BitrixValue)] = []
        var comments = ""
    }

    struct State: Sendable {
        var orders: [Int64: Order] = [:]
        var properties: [(id: Int64, personType: Int, code: String, type: String, multiple: Bool)] = []
        var requests: [[String]] = []
        /// Whether our module is installed: nil means that it is not, false that the webhook has no right to it.
        var module: Bool?
        /// Codes that the module lets be set.
        var moduleCodes: Set<String> = ["CLOUDKASSIR_FN", "CLOUDKASSIR_FD", "CLOUDKASSIR_FPD"]
        /// Runs before each command, with the number of the request, counted from 1.
        var before: @Sendable (inout State, Int, String) -> Void = { _, _, _ in }
        /// Faults of commands by a part of their text: code, and whether the command runs all the same.
        var faults: [(part: String, code: String, runs: Bool)] = []
        /// Faults of whole requests by their number.
        var failing: [Int: TransferError] = [:]
        /// What a property makes of what it is given.
        var stores: @Sendable (Int64, String) -> String = { _, text in text }
    }

    private let state: Mutex<State>

    init(_ build: (inout State) -> Void) {
        var state = State()
        state.properties = [
            (1, 1, "CLOUDKASSIR_FN", "STRING", false), (2, 1, "CLOUDKASSIR_FD", "STRING", false),
            (3, 1, "CLOUDKASSIR_FPD", "STRING", false), (4, 1, "EMAIL", "STRING", false),
            (5, 1, "FILES", "FILE", false),
            (6, 1, "PHONES", "STRING", true), (11, 2, "CLOUDKASSIR_FN", "STRING", false),
            (12, 2, "CLOUDKASSIR_FD", "STRING", false), (14, 2, "INN", "STRING", false),
        ]
        build(&state)
        self.state = Mutex(state)
    }

    var snapshot: State { state.withLock { $0 } }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    func values(of order: Int64) -> [Int64: String] {
        let rows = snapshot.orders[order]?.values ?? []
        return Dictionary(rows.map { ($0.property, $0.value.text ?? "?") }, uniquingKeysWith: { first, _ in first })
    }

    var client: BitrixClient {
        BitrixClient(access: BitrixWebhook { "https://shop.example/rest/1/s3cret/" }) { request throws(TransferError) in
            try self.answer(request)
        }
    }

    private func answer(_ request: HTTPRequest) throws(TransferError) -> HTTPResponse {
        let method = request.url.split(separator: "/").last.map(String.init) ?? ""
        let body = (try? BitrixValue(parsing: request.body)) ?? .null
        let result: Result<BitrixValue, TransferError> = state.withLock { state in
            let commands: [(key: String, text: String)] =
                method == "batch"
                ? (body["cmd"]?.members ?? []).map { ($0.key, $0.value.text ?? "") } : [("", "\(method)?\(body.query)")]
            state.requests.append(commands.map(\.text))
            let number = state.requests.count
            if let error = state.failing[number], error.reach == .notSent { return .failure(error) }
            var results: [BitrixValue.Member] = []
            var errors: [BitrixValue.Member] = []
            for command in commands {
                let before = state.before
                before(&state, number, command.text)
                let fault = state.faults.first { command.text.contains($0.part) }
                var value: BitrixValue?
                if fault?.runs != false { value = state.run(command.text) }
                if let fault {
                    errors.append(.init(command.key, ["error": .string(fault.code), "error_description": "нет"]))
                } else if let value {
                    results.append(.init(command.key, value))
                } else {
                    errors.append(.init(command.key, ["error": "200540400001", "error_description": "нет заказа"]))
                }
            }
            if let error = state.failing[number] { return .failure(error) }
            if method != "batch" {
                if let error = errors.first { return .success(error.value) }
                return .success(["result": results.first?.value ?? .null])
            }
            // PHP writes an empty map as a list.
            return .success([
                "result": [
                    "result": results.isEmpty ? [] : .map(results), "result_error": errors.isEmpty ? [] : .map(errors),
                ]
            ])
        }
        return HTTPResponse(status: 200, body: try result.get().json)
    }
}

extension OrderPortal.State {
    fileprivate mutating func run(_ command: String) -> BitrixValue? {
        let parts = command.split(separator: "?", maxSplits: 1)
        let pairs = parts.count < 2 ? [] : Self.pairs(String(parts[1]))
        func value(_ name: String) -> Int64? { pairs.first { $0.name == name }.flatMap { Int64($0.value) } }
        switch parts.first.map(String.init) {
        case "sale.property.list":
            let rows = properties.filter { $0.id > value("filter[>id]") ?? 0 }.prefix(50)
            return [
                "properties": .list(
                    rows.map { row in
                        [
                            "id": .integer(row.id), "personTypeId": .string(String(row.personType)),
                            "code": .string(row.code), "name": "…", "type": .string(row.type),
                            "multiple": .string(row.multiple ? "Y" : "N"),
                        ]
                    })
            ]
        case "sale.order.list":
            let ids = pairs.filter { $0.name.hasPrefix("filter[@id]") }.compactMap { Int64($0.value) }
            let rows = ids.compactMap { id in
                orders[id].map { order -> BitrixValue in
                    [
                        "id": .string(String(id)), "personTypeId": .integer(Int64(order.personType)),
                        "version": .integer(Int64(order.version)),
                        "comments": order.comments.isEmpty ? .null : .string(order.comments),
                    ]
                }
            }
            return ["orders": .list(rows)]
        case "sale.propertyvalue.list":
            guard let id = value("filter[orderId]"), let order = orders[id] else { return ["propertyValues": []] }
            let rows = order.values.enumerated().filter { Int64($0.offset + 1) > value("filter[>id]") ?? 0 }.prefix(50)
            return [
                "propertyValues": .list(
                    rows.map { row in
                        [
                            "id": .integer(Int64(row.offset + 1)), "orderPropsId": .integer(row.element.property),
                            "value": row.element.value,
                        ]
                    })
            ]
        case "sale.propertyvalue.modify":
            guard let id = value("fields[order][id]"), orders[id] != nil else { return nil }
            var values: [(property: Int64, value: BitrixValue)] = []
            let list = "fields[order][propertyValues]"
            while let property = value("\(list)[\(values.count)][orderPropsId]") {
                let text = pairs.first { $0.name == "\(list)[\(values.count)][value]" }?.value ?? ""
                values.append((property, .string(stores(property, text))))
            }
            orders[id]?.values = values
            orders[id]?.version += 1
            return ["propertyValues": []]
        case "sale.order.update":
            guard let id = value("id"), orders[id] != nil else { return nil }
            orders[id]?.comments = pairs.first { $0.name == "fields[comments]" }?.value ?? ""
            orders[id]?.version += 1
            return ["order": ["id": .integer(id)]]
        case "method.get":
            return ["isExisting": .bool(module != nil), "isAvailable": .bool(module == true)]
        case "fiscal.relay.order.properties.set": return setByModule(pairs)
        default: return nil
        }
    }

    /// What the module does: each property by its code, and nothing else.
    private mutating func setByModule(_ pairs: [(name: String, value: String)]) -> BitrixValue? {
        var rows: [BitrixValue] = []
        while let id = pairs.first(where: { $0.name == "orders[\(rows.count)][id]" }).flatMap({ Int64($0.value) }) {
            let prefix = "orders[\(rows.count)][properties]["
            guard let order = orders[id] else {
                rows.append(["id": .integer(id), "error": "ORDER_NOT_FOUND"])
                continue
            }
            var values: [BitrixValue.Member] = []
            var missing: [BitrixValue] = []
            for pair in pairs where pair.name.hasPrefix(prefix) {
                let code = String(pair.name.dropFirst(prefix.count).dropLast())
                let property = properties.first { $0.code == code && $0.personType == order.personType }
                guard let property else {
                    missing.append(.string(code))
                    continue
                }
                let text = stores(property.id, pair.value)
                orders[id]?.values.removeAll { $0.property == property.id }
                orders[id]?.values.append((property.id, .string(text)))
                values.append(.init(code, .string(text)))
            }
            rows.append([
                "id": .integer(id), "values": values.isEmpty ? [] : .map(values), "missing": .list(missing),
                "unfit": [],
            ])
        }
        return ["orders": .list(rows)]
    }

    /// The decoded pairs of a query.
    private static func pairs(_ query: String) -> [(name: String, value: String)] {
        query.split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(decoded)
            return (halves[0], halves.count > 1 ? halves[1] : "")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
