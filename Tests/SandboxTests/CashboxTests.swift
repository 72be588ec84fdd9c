import Synchronization
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(10))) struct CashboxTests {
    /// What a register was sent, and what it answers.
    private final class Register: Sendable {
        let received = Mutex<[(path: String, body: String)]>([])
        let answers: Mutex<[TestServer.Answer]>

        init(_ answers: [TestServer.Answer]) { self.answers = Mutex(answers) }

        /// The last answer stays.
        func answer(_ path: String, _ body: [UInt8]) -> TestServer.Answer {
            received.withLock { $0.append((path, String(decoding: body, as: UTF8.self))) }
            return answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        }

        /// The last request as PHP would have read it.
        var last: JSONValue { FormDecoder.parameters(of: received.withLock { $0.last?.body ?? "" }) }
    }

    /// A portal with a register of ours and order 17.
    private func withRegister(
        _ answers: [TestServer.Answer], ffd105: String = "Y",
        _ body: @Sendable (Sandbox, WireClient, Register) async throws -> Void
    ) async throws {
        let register = Register(answers)
        try await TestServer.run({ register.answer($0, $1) }) { url in
            try await withSandbox { sandbox, address in
                sandbox.createOrders([Samples.order(17)])
                let client = WireClient(address: address)
                let handler = try await client.post(
                    "\(BitrixTests.rest)/sale.cashbox.handler.add",
                    [
                        "CODE": "fiscalrelay", "NAME": "FiscalRelay",
                        "settings": [
                            "print_url": .string("\(url)/print"), "CHECK_URL": .string("\(url)/check"),
                            "CONFIG": ["auth": ["ITEMS": ["secret": ["TYPE": "STRING"]]]],
                            "SUPPORTS_FFD105": .string(ffd105),
                        ],
                    ])
                #expect(handler.json["result"] == 1)
                let added = try await client.post(
                    "\(BitrixTests.rest)/sale.cashbox.add",
                    [
                        "NAME": "Касса", "REST_CODE": "fiscalrelay", "EMAIL": "kassa@example.ru", "ACTIVE": "Y",
                        "SETTINGS": ["auth": ["secret": "s-1"]],
                    ])
                #expect(added.json["result"] == 5)
                try await body(sandbox, client, register)
            }
        }
    }

    private func print(_ client: WireClient, _ body: JSONValue = ["order": 17]) async throws -> JSONValue {
        try await client.post("/_sandbox/checks", body).json
    }

    @Test func aReceiptIsPostedAsPHPWritesIt() async throws {
        try await withRegister([(200, #"{"uuid":"our-1"}"#)]) { _, client, register in
            let check = try await print(
                client,
                [
                    "order": 17, "type": "prepaymentreturncash",
                    "items": [
                        [
                            "name": "Вода «Ключ»", "price": .number("33.333333333333"), "quantity": 3, "vat": 4,
                            "payment_object": "commodity_marking", "nomenclature_code": "444D00FF",
                            "properties": [], "supplier_info": .null,
                        ]
                    ],
                ])
            #expect(check["status"] == "P")
            #expect(check["uuid"] == "our-1")
            let raw = register.received.withLock { $0[0] }
            #expect(raw.path == "/print")
            #expect(raw.body.contains("&items%5B0%5D%5Bnomenclature_code%5D=DM%00%FF"))
            #expect(raw.body.contains("items%5B0%5D%5Bname%5D=%D0%92%D0%BE%D0%B4%D0%B0+%C2%AB"))
            let sent = register.last
            #expect(sent["unique_id"] == "301")
            #expect(sent["calculated_sign"] == "consumption")
            #expect(sent["items"]?[0]?["price"] == "33.333333333333")
            #expect(sent["items"]?[0]?["payment_method"] == "prepayment")
            #expect(sent["items"]?[0]?["payment_object"] == "payment")
            #expect(sent["items"]?[0]?["properties"] == nil)
            #expect(sent["payments"]?[0] == ["type": "cash", "is_cash": "Y", "sum": "480", "currency": "RUB"])
            #expect(sent["client_email"] == "a@example.ru")
            #expect(sent["client_phone"] == nil)
            #expect(sent["cashbox_params"] == ["AUTH": ["SECRET": "s-1"]])
        }
    }

    @Test func linesAreTakenFromTheOrder() async throws {
        try await withRegister([(200, #"{"UUID":"our-1"}"#)]) { sandbox, client, register in
            var order = Samples.order(18)
            order.properties = [:]
            order.delivery = "300.50"
            sandbox.createOrders([order])
            _ = try await print(client, ["order": 18])
            let sent = register.last
            #expect(sent["items"]?[0]?["sum"] == "480")
            #expect(sent["items"]?[0]?["vat"] == "3")
            #expect(sent["items"]?[1]?["payment_object"] == "service")
            #expect(sent["items"]?[1]?["price"] == "300.5")
            #expect(sent["items"]?[1]?["measure_code"] == nil)
            #expect(sent["client_email"] == "kassa@example.ru")
        }
    }

    static let printAnswers: [(answer: TestServer.Answer, status: String, uuid: String?)] = [
        ((200, #"{"ERRORS":["нет бумаги"]}"#), "E", nil), ((200, "no json"), "E", nil), ((0, ""), "E", nil),
        ((202, #"{"UUID":"x"}"#), "P", nil), ((500, "{}"), "P", nil), ((200, #"{"Uuid":"our-1"}"#), "P", "our-1"),
    ]

    @Test(arguments: printAnswers) func whatTheRegisterAnswersIsTakenAsBitrixTakesIt(
        answer: TestServer.Answer, status: String, uuid: String?
    ) async throws {
        try await withRegister([answer]) { sandbox, client, _ in
            let check = try await print(client)
            #expect(check["status"] == .string(status))
            #expect(check["uuid"] == .text(uuid))
            let order = try await client.get("\(BitrixTests.rest)/sale.order.get?id=17").json["result"]?["order"]
            #expect(order?["marked"] == .string(status == "E" ? "Y" : "N"))
        }
    }

    @Test func printingAgainSendsANewNumberForTheSameReceipt() async throws {
        try await withRegister([(200, #"{"ERRORS":["x"]}"#), (200, #"{"UUID":"our-1"}"#)]) {
            sandbox, client, register in
            _ = try await print(client)
            let again = try await client.post("/_sandbox/checks/print", ["check": 301]).json
            #expect(again["status"] == "P")
            #expect(again["sent"] == 2)
            #expect(register.last["unique_id"] == "301")
            #expect(sandbox.summary().bitrix.checks == 1)
        }
    }

    static let checkAnswers: [(answer: TestServer.Answer, status: String, isEmpty: Bool)] = [
        ((200, #"{"STATUS":"WAIT"}"#), "P", false), ((200, #"{"STATUS":"ERROR","ERROR":"x"}"#), "E", false),
        ((500, ""), "Y", true), ((200, "{}"), "Y", true), ((0, ""), "Y", true),
        ((200, #"{"STATUS":"DONE","FN_NUMBER":"92","FISCAL_DOC_NUMBER":"7","PRINT_END_TIME":1770000000}"#), "Y", false),
    ]

    @Test(arguments: checkAnswers) func anAnswerWithoutAStatusCountsAsPrinted(
        answer: TestServer.Answer, status: String, isEmpty: Bool
    ) async throws {
        try await withRegister([(200, #"{"UUID":"our-1"}"#), answer]) { sandbox, client, register in
            _ = try await print(client)
            let polled = try await client.post("/_sandbox/checks/poll", [:]).json
            #expect(polled["checks"]?[0]?["status"] == .string(status))
            #expect(sandbox.summary().bitrix.emptyChecks == (isEmpty ? 1 : 0))
            #expect(register.last["uuid"] == "our-1")
        }
    }

    @Test func aResultIsAppliedOnce() async throws {
        try await withRegister([(200, #"{"UUID":"our-1"}"#)]) { sandbox, client, _ in
            _ = try await print(client)
            let apply = "\(BitrixTests.rest)/sale.cashbox.check.apply"
            try await #expect(client.post(apply, [:]).json["error"] == "ERROR_CHECK_FAILURE")
            try await #expect(client.post(apply, ["UUID": "other"]).json["error"] == "ERROR_CHECK_NOT_FOUND")
            let result: JSONValue = ["uuid": "our-1", "fn_number": "0092", "PRINT_END_TIME": "1770000000"]
            try await #expect(client.post(apply, result).json["result"] == true)
            try await #expect(client.post(apply, ["UUID": "our-1", "FN_NUMBER": "1"]).json["result"] == true)
            let check = sandbox.ledger()["bitrix"]?["main"]?["checks"]?[0]
            #expect(check?["fiscal"]?["FN_NUMBER"] == "0092")
            #expect(check?["printed_at"] == 1_770_000_000)
        }
    }

    @Test func handlersAndRegistersHaveTheirErrors() async throws {
        try await withRegister([(200, "{}")], ffd105: "N") { sandbox, client, _ in
            let rest = BitrixTests.rest
            let cases: [(String, JSONValue, String)] = [
                ("handler.add", ["CODE": "a"], "ERROR_CHECK_FAILURE"),
                (
                    "handler.add",
                    [
                        "CODE": "fiscalrelay", "NAME": "x",
                        "SETTINGS": ["PRINT_URL": "u", "CHECK_URL": "u", "CONFIG": ["a": 1]],
                    ], "ERROR_HANDLER_ALREADY_EXIST"
                ),
                ("handler.delete", ["ID": 1], "ERROR_CHECK_FAILURE"),
                ("handler.update", ["ID": 7, "FIELDS": ["NAME": "x"]], "ERROR_HANDLER_NOT_FOUND"),
                ("update", ["ID": 7, "FIELDS": ["NAME": "x"]], "ERROR_CASHBOX_NOT_FOUND"),
                ("list", ["SELECT": ["NOTHING"]], ""),
            ]
            for (method, parameters, code) in cases {
                let answer = try await client.post("\(rest)/sale.cashbox.\(method)", parameters)
                #expect(answer.status == 400, "\(method)")
                #expect(answer.json["error"] == .string(code), "\(method)")
            }
            let refused = try await client.post("/_sandbox/checks", ["order": 17, "type": "credit"])
            #expect(refused.status == 400)
            _ = try await client.post(
                "\(rest)/sale.cashbox.handler.update", ["ID": 1, "FIELDS": ["SETTINGS": ["supports_ffd105": "Y"]]])
            let list = try await client.post("\(rest)/sale.cashbox.handler.list", [:]).json["result"]
            #expect(list?[0]?["SETTINGS"]?["SUPPORTS_FFD105"] == "Y")
            #expect(list?[0]?["SETTINGS"]?["CONFIG"]?["AUTH"] != nil)
            #expect(list?[0]?["ID"] == "1")
            let registers = try await client.post(
                "\(rest)/sale.cashbox.list", ["SELECT": ["ID", "NAME", "ACTIVE"], "FILTER": ["=ACTIVE": "Y"]])
            #expect(registers.json["result"] == [["ID": "5", "NAME": "Касса", "ACTIVE": "Y"]])
        }
    }

    @Test(arguments: [
        ("0", "0"), ("100000000000000", "1.0E+14"), ("99999999999999", "99999999999999"), ("0.0001", "0.0001"),
        ("0.00001", "1.0E-5"), ("9600.00", "9600"), ("-123456789012.345678", "-123456789012.35"), ("0.3", "0.3"),
        ("999999999999999", "1.0E+15"),
    ]) func floatsAreWrittenAsPHPWritesThem(text: String, written: String) throws {
        #expect(try #require(ExactDecimal(text)).phpFloat == written)
    }
}
