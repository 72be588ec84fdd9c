import Bitrix
import HTTPTransport
import Synchronization

/// A portal with inventory management: documents, their lines and what stores hold.
final class StockPortal: Sendable {
    struct Document: Sendable {
        var id: Int64
        var number: String
        var type: String
        var status = "N"
        var elements: [(id: Int64, product: Int64, amount: Double, store: Int64)] = []
    }

    struct State: Sendable {
        var documents: [Document] = []
        /// By product, of store 1.
        var amounts: [Int64: Double] = [:]
        /// How much of it waits for orders.
        var reserved: [Int64: Double] = [:]
        var unknownProducts: Set<Int64> = []
        var methods: [String] = []
        var lastID: Int64 = 0
        /// Answers of whole requests that are lost after the portal has done what they ask, by their number from 1.
        var lostAnswers: Set<Int> = []
        var requests = 0
        /// Runs before each request, with its number.
        var before: @Sendable (inout State, Int) -> Void = { _, _ in }
        /// Whether inventory management is on.
        var isManaged = true

        mutating func id() -> Int64 {
            lastID += 1
            return lastID
        }
    }

    private let state: Mutex<State>

    init(_ build: (inout State) -> Void = { _ in }) {
        var state = State()
        state.amounts = [501: 10, 502: 10, 503: 10]
        build(&state)
        self.state = Mutex(state)
    }

    var snapshot: State { state.withLock { $0 } }

    var client: BitrixClient {
        BitrixClient(access: BitrixWebhook { "https://shop.example/rest/1/s3cret/" }) { request throws(TransferError) in
            try self.answer(request)
        }
    }

    private func answer(_ request: HTTPRequest) throws(TransferError) -> HTTPResponse {
        let method = request.url.split(separator: "/").last.map(String.init) ?? ""
        let body = (try? BitrixValue(parsing: request.body)) ?? .null
        let (text, isLost) = state.withLock { state -> (String, Bool) in
            state.requests += 1
            state.before(&state, state.requests)
            let text = method == "batch" ? Self.batch(body, &state) : Self.run(method, body, &state)
            return (text, state.lostAnswers.contains(state.requests))
        }
        if isLost { throw TransferError(.timeout, reach: .unknown) }
        return .answer(text.contains(#""error""#) && method != "batch" ? 400 : 200, text)
    }

    private static func batch(_ body: BitrixValue, _ state: inout State) -> String {
        var results: [String] = []
        var errors: [String] = []
        for command in body["cmd"]?.members ?? [] {
            let parts = (command.value.text ?? "").split(separator: "?", maxSplits: 1).map(String.init)
            let parameters = PHPQuery.value(parts.count > 1 ? parts[1] : "")
            let answer = run(parts.first ?? "", parameters, &state)
            if let value = try? BitrixValue(parsing: Array(answer.utf8)), let result = value["result"] {
                results.append("\"\(command.key)\":" + String(decoding: result.json, as: UTF8.self))
            } else {
                errors.append("\"\(command.key)\":\(answer)")
            }
        }
        return """
            {"result":{"result":{\(results.joined(separator: ","))},"result_error":{\(errors.joined(separator: ","))},
            "result_total":{},"result_next":{},"result_time":{}}}
            """
    }

    private static func failure(_ code: String, _ words: String) -> String {
        #"{"error":"\#(code)","error_description":"\#(words)"}"#
    }

    private static func run(_ method: String, _ body: BitrixValue, _ state: inout State) -> String {
        state.methods.append(method)
        let fields = body["fields"] ?? body
        switch method {
        case "catalog.document.list":
            let number = body["filter"]?["=docNumber"]?.text
            let rows = state.documents.filter { $0.number == number }.map {
                #"{"id":\#($0.id),"docNumber":"\#($0.number)","docType":"\#($0.type)","status":"\#($0.status)"}"#
            }
            return #"{"result":{"documents":[\#(rows.joined(separator: ","))]}}"#
        case "catalog.document.add":
            let id = state.id()
            state.documents.append(
                Document(id: id, number: fields["docNumber"]?.text ?? "", type: fields["docType"]?.text ?? ""))
            return #"{"result":{"document":{"id":\#(id)}}}"#
        case "catalog.document.delete":
            state.documents.removeAll { $0.id == body["id"]?.identifier && $0.status == "N" }
            return #"{"result":true}"#
        case "catalog.document.element.list":
            let document = state.documents.first { $0.id == body["filter"]?["docId"]?.identifier }
            let above = body["filter"]?[">id"]?.integer ?? 0
            let rows = (document?.elements ?? []).filter { $0.id > above }.prefix(50).map {
                """
                {"id":\($0.id),"docId":\(document?.id ?? 0),"elementId":\($0.product),"amount":\($0.amount),
                "storeFrom":\(document?.type == "D" ? "\($0.store)" : "null"),
                "storeTo":\(document?.type == "R" ? "\($0.store)" : "null")}
                """
            }
            return #"{"result":{"documentElements":[\#(rows.joined(separator: ","))]}}"#
        case "catalog.document.element.add":
            guard let place = state.documents.firstIndex(where: { $0.id == fields["docId"]?.identifier }),
                state.documents[place].status == "N"
            else { return failure("ERROR_DOCUMENT_STATUS", "Conducted document") }
            guard let product = fields["elementId"]?.identifier, !state.unknownProducts.contains(product) else {
                return failure("0", "Error of adding new document element")
            }
            let store = (fields["storeFrom"] ?? fields["storeTo"])?.identifier ?? 0
            state.documents[place].elements.append(
                (state.id(), product, Double(fields["amount"]?.text ?? "") ?? 0, store))
            return #"{"result":{"documentElement":{}}}"#
        case "catalog.document.element.delete":
            for place in state.documents.indices {
                state.documents[place].elements.removeAll { $0.id == body["id"]?.identifier }
            }
            return #"{"result":true}"#
        case "catalog.document.conduct": return conduct(body["id"]?.identifier, &state)
        case "catalog.storeproduct.list":
            let rows = state.amounts.sorted { $0.key < $1.key }.enumerated().map {
                #"{"id":\#($0.offset + 1),"productId":\#($0.element.key),"storeId":1,"amount":\#($0.element.value),"quantityReserved":\#(state.reserved[$0.element.key] ?? 0)}"#
            }
            return #"{"result":{"storeProducts":[\#(rows.joined(separator: ","))]},"total":\#(rows.count)}"#
        default: return failure("ERROR_METHOD_NOT_FOUND", "Method not found!")
        }
    }

    private static func conduct(_ id: Int64?, _ state: inout State) -> String {
        guard let place = state.documents.firstIndex(where: { $0.id == id }) else {
            return failure("ERROR_DOCUMENT_STATUS", "Document not found")
        }
        let document = state.documents[place]
        guard state.isManaged else { return failure("0", "Складской учёт выключен") }
        guard document.status == "N" else { return failure("0", "Документ уже проведён") }
        let sign = document.type == "D" ? -1.0 : 1.0
        for element in document.elements where sign < 0 {
            let free = (state.amounts[element.product] ?? 0) - (state.reserved[element.product] ?? 0)
            if free < element.amount { return failure("0", "Недостаточно товара на складе") }
        }
        for element in document.elements { state.amounts[element.product, default: 0] += sign * element.amount }
        state.documents[place].status = "Y"
        return #"{"result":true}"#
    }
}
