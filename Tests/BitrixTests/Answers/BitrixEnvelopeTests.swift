import Bitrix
import Testing

@Suite struct BitrixEnvelopeTests {
    private func open(_ body: String, _ status: Int = 200) throws(BitrixFault) -> BitrixEnvelope {
        try BitrixEnvelope.open(Array(body.utf8), status: status, method: "sale.order.get")
    }

    private func fault(_ body: String, _ status: Int = 200) throws -> BitrixFault {
        try #require(throws: BitrixFault.self) { try open(body, status) }
    }

    @Test func aResultComesWithItsPageAndTime() throws {
        let body = """
            {"result":{"order":{"id":"5"}},"next":50,"total":"130","time":{"start":1763000000.5,"finish":1763000001,\
            "duration":0.5,"processing":0,"date_start":"2026-11-13T00:00:00+03:00","operating_reset_at":1763000061,\
            "operating":1.25}}
            """
        let envelope = try open(body)
        #expect(envelope.result["order"]?["id"]?.identifier == 5)
        #expect(envelope.next == 50 && envelope.total == 130)
        #expect(envelope.time.operating == 1.25 && envelope.time.resetsIn == .seconds(60))
    }

    @Test(arguments: [
        "{\"result\":null}", "{\"result\":true,\"time\":[]}", "{\"result\":[],\"error\":null}",
        "{\"result\":1,\"time\":{\"operating\":\"a lot\",\"operating_reset_at\":{},\"finish\":-1}}",
        "{\"result\":0,\"error\":[]}", "{\"result\":0,\"time\":{\"operating_reset_at\":1e300}}",
    ])
    func oddTimesAndEmptyErrorsCostNothing(body: String) throws {
        #expect(try open(body).time.resetsIn == nil)
    }

    @Test(arguments: [
        (#"{"error":"ERROR_CORE","error_description":"сбой"}"#, "ERROR_CORE", "сбой"),
        (#"{"error":200540400001,"error_description":""}"#, "200540400001", "The portal gave no reason."),
        (#"{"error":"200540400001"}"#, "200540400001", "The portal gave no reason."),
        (#"{"error":"","error_description":"<b>Не</b> вышло<br>"}"#, "", "Не вышло"),
        (#"{"error":0,"error_description":"x"}"#, "0", "x"), (#"{"error":"0"}"#, "0", "The portal gave no reason."),
        (#"{"error":{"code":"BITRIX_REST_V3_EXCEPTION_X","message":"m"}}"#, "BITRIX_REST_V3_EXCEPTION_X", "m"),
        (#"{"error":"ERROR_ARGUMENT","error_description":"no","argument":"id"}"#, "ERROR_ARGUMENT", "no (id)"),
        (
            #"{"result":[],"error":"QUERY_LIMIT_EXCEEDED","error_description":"Too many requests"}"#,
            "QUERY_LIMIT_EXCEEDED", "Too many requests"
        ),
        (#"{"error":"E","error_description":"клиент ivan@example.ru +79161234567"}"#, "E", "клиент … …"),
    ])
    func errorsOfEveryShapeAreRead(body: String, code: String, message: String) throws {
        for status in [200, 400, 503] {
            let fault = try fault(body, status)
            #expect(fault.code == code && fault.message == message && fault.httpStatus == status)
        }
    }

    @Test(arguments: ["", "<html><body>maintenance</body></html>", "{}", "[]", "\"ok\"", "{\"time\":{}}"])
    func whatIsNoAnswerLeavesTheOutcomeOpen(body: String) throws {
        for status in [200, 204, 404, 500, 502, 504] {
            let fault = try fault(body, status)
            #expect(fault.code == "answer_unreadable" && fault.reaction == .unknown)
        }
    }

    @Test func aResultWithAFailingStatusIsNotBelieved() throws {
        #expect(try fault("{\"result\":true}", 500).reaction == .unknown)
    }
}
