import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(10))) struct CatalogTests {
    private static let seed = CatalogSeed(
        stores: [.init(id: 1, title: "Основной"), .init(id: 2, title: "Дальний")],
        products: [.init(id: 501, name: "Чайник", stock: [1: "10", 2: "0.5"]), .init(id: 502, name: "Сыр")])

    private func call(_ address: SandboxAddress, _ method: String, _ parameters: JSONValue = [:]) async throws
        -> WireAnswer
    {
        try await WireClient(address: address).post("\(BitrixTests.rest)/\(method)", parameters)
    }

    /// Adds a document with lines and gives its id.
    private func document(_ address: SandboxAddress, _ kind: String, _ lines: [JSONValue]) async throws -> JSONValue {
        let added = try await call(
            address, "catalog.document.add",
            ["fields": ["docType": .string(kind), "responsibleId": 1, "currency": "RUB", "docNumber": "our-1"]])
        let id = try #require(added.json["result"]?["document"]?["id"])
        for var line in lines {
            line.set("docId", to: id)
            let element = try await call(address, "catalog.document.element.add", ["fields": line])
            #expect(element.status == 200)
        }
        return id
    }

    @Test func aDocumentMovesStockWhenItIsConductedAndBackWhenCancelled() async throws {
        try await withSandbox { sandbox, address in
            sandbox.addCatalog(Self.seed)
            let id = try await document(
                address, "M",
                [
                    ["elementId": 501, "amount": "2.5", "storeFrom": 1, "storeTo": 2],
                    ["elementId": 501, "amount": 1, "storeFrom": 1, "storeTo": 2],
                ])
            #expect(sandbox.stock() == [1: [501: "10"], 2: [501: "0.5"]])
            try await #expect(call(address, "catalog.document.conduct", ["id": id]).json["result"] == true)
            #expect(sandbox.stock() == [1: [501: "6.5"], 2: [501: "4"]])
            let found = try await call(
                address, "catalog.document.list",
                ["filter": ["docNumber": "our-1"], "select": ["id", "status"]])
            #expect(found.json["result"]?["documents"] == [["id": id, "status": "Y"]])
            let again = try await call(address, "catalog.document.conduct", ["id": id])
            #expect(again.status == 400)
            #expect(again.json["error"] == "0")
            let late = try await call(
                address, "catalog.document.element.add", ["fields": ["docId": id, "elementId": 501]])
            #expect(late.json["error"] == "ERROR_DOCUMENT_STATUS")
            try await #expect(call(address, "catalog.document.delete", ["id": id]).json["result"] == .null)
            try await #expect(call(address, "catalog.document.cancel", ["id": id]).json["result"] == true)
            #expect(sandbox.stock() == [1: [501: "10"], 2: [501: "0.5"]])
            try await #expect(call(address, "catalog.document.cancel", ["id": id]).status == 400)
            try await #expect(call(address, "catalog.document.delete", ["id": id]).json["result"] == true)
            #expect(sandbox.summary().bitrix.conducted == 1)
        }
    }

    @Test func goodsThatAreNotThereAreNotWrittenOff() async throws {
        try await withSandbox { sandbox, address in
            sandbox.addCatalog(Self.seed)
            let id = try await document(
                address, "D",
                [
                    ["elementId": 501, "amount": 1, "storeFrom": 1],
                    ["elementId": 502, "amount": 1, "storeFrom": 1],
                ])
            let answer = try await call(address, "catalog.document.conduct", ["id": id])
            #expect(answer.status == 400)
            #expect(answer.json["error_description"]?.stringValue?.contains("Недостаточно остатков") == true)
            #expect(sandbox.stock()[1] == [501: "10"])
        }
    }

    @Test func aListOfDocumentsIsConductedInPart() async throws {
        try await withSandbox { sandbox, address in
            sandbox.addCatalog(Self.seed)
            let good = try await document(address, "S", [["elementId": 502, "amount": "0.333", "storeTo": 1]])
            let bad = try await document(address, "D", [["elementId": 502, "amount": 5, "storeFrom": 2]])
            let answer = try await call(address, "catalog.document.conductList", ["documentIds": [bad, good]])
            #expect(answer.status == 400)
            #expect(answer.json["error"] == "0")
            #expect(sandbox.stock()[1] == [501: "10", 502: "0.333"])
            let products = try await call(address, "catalog.product.get", ["id": 502])
            #expect(products.json["result"]?["product"]?["quantity"] == .number("0.333"))
        }
    }

    @Test func whatIsMissingIsSaid() async throws {
        try await withSandbox { sandbox, address in
            sandbox.addCatalog(Self.seed)
            let cases: [(String, JSONValue, JSONValue)] = [
                ("catalog.document.add", ["fields": ["docType": "D"]], "0"),
                ("catalog.document.add", [:], "100"),
                (
                    "catalog.document.add",
                    ["fields": ["docType": "W", "responsibleId": 1, "currency": "RUB"]], "0"
                ),
                ("catalog.document.element.add", ["fields": ["docId": 9, "elementId": 501]], "ERROR_DOCUMENT_STATUS"),
                ("catalog.document.conduct", ["id": 9], "0"),
                ("catalog.document.get", ["id": 9], "ERROR_METHOD_NOT_FOUND"),
                ("catalog.product.list", ["select": ["id"]], "0"), ("catalog.store.get", ["id": 9], "200140400000"),
            ]
            for (method, parameters, code) in cases {
                let answer = try await call(address, method, parameters)
                #expect(answer.status >= 400, "\(method)")
                #expect(answer.json["error"] == code, "\(method)")
            }
            let arrival = try await document(address, "A", [["elementId": 501, "amount": 1, "storeTo": 1]])
            let conducted = try await call(address, "catalog.document.conduct", ["id": arrival])
            #expect(conducted.json["error_description"] == "Ошибка проведения документа: Не указан поставщик")
        }
    }

    @Test func withoutInventoryManagementNothingIsConducted() async throws {
        try await withSandbox { sandbox, address in
            var seed = Self.seed
            seed.stockControl = false
            sandbox.addCatalog(seed)
            try await #expect(call(address, "catalog.document.mode.status").json["result"] == "N")
            let id = try await document(address, "D", [["elementId": 501, "amount": 1, "storeFrom": 1]])
            try await #expect(call(address, "catalog.document.conduct", ["id": id]).status == 400)
            #expect(sandbox.stock()[1] == [501: "10"])
        }
    }

    @Test func aReaderMayOnlyLook() async throws {
        let portal = BitrixPortal(webhooks: [.init(access: .reader)])
        try await withSandbox(.init(portals: [portal])) { sandbox, address in
            sandbox.addCatalog(Self.seed)
            let stock = try await call(address, "catalog.storeproduct.list", ["filter": ["productId": 501]])
            #expect(stock.json["total"] == 2)
            let add = try await call(address, "catalog.document.add", ["fields": ["docType": "D"]])
            #expect(add.json["error_description"] == "Недостаточно прав для сохранения документа")
            let element = try await call(address, "catalog.document.element.add", ["fields": [:]])
            #expect(element.json["error"] == "ERROR_DOCUMENT_RIGHTS")
        }
    }

    @Test func theCatalogueIsSeededByJSONAndOutlivesTheSandbox() async throws {
        let path = "/tmp/sandbox-catalog-\(UInt64.random(in: .min ... .max)).jsonl"
        defer { TestFile.remove(path) }
        try await withSandbox(.init(ledgerPath: path)) { _, address in
            let seeded = try await WireClient(address: address).post(
                "/_sandbox/catalog", ["products": [["id": 501, "name": "Чайник", "stock": ["1": "10.250"]]]])
            #expect(seeded.status == 200)
            let id = try await document(address, "D", [["elementId": 501, "amount": "0.25", "storeFrom": 1]])
            _ = try await call(address, "catalog.document.conduct", ["id": id])
        }
        try await withSandbox(.init(ledgerPath: path)) { sandbox, address in
            #expect(sandbox.stock() == [1: [501: "10"]])
            let ledger = try await WireClient(address: address).get("/_sandbox/ledger?service=bitrix").json
            #expect(ledger["bitrix"]?["main"]?["stock"] == ["1": ["501": 10]])
            #expect(ledger["bitrix"]?["main"]?["documents"]?[0]?["elements"]?[0]?["amount"] == .number("0.25"))
        }
    }
}
