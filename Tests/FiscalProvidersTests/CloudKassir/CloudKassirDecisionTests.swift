import Fiscal
import Testing

@testable import FiscalProviders

@Suite struct CloudKassirDecisionTests {
    private let decisions = CloudKassirDecisions(
        vocabulary: CloudKassirVocabulary(), passingFailures: CloudKassirFailures.passing)

    private func answered(
        _ status: Int, _ body: String = "", retryAfter: String? = nil, date: String? = nil
    ) -> ProviderReply {
        .answered(ProviderResponse(status: status, retryAfter: retryAfter, date: date, body: Array(body.utf8)))
    }

    @Test(arguments: [
        (#"{"id":"a-1"}"#, "a-1"), (#"{"id":1700000000000000001}"#, "1700000000000000001"), (#"{"id":" 7 "}"#, "7"),
        (#"{"id":"7","status":{"odd":[]},"fn":true}"#, "7"),
    ])
    func anIDMayBeTextOrNumber(body: String, id: String) {
        #expect(decisions.submit(answered(200, body), now: 0).verdict == .accepted(providerID: id))
        #expect(decisions.submit(answered(201, body), now: 0).verdict == .accepted(providerID: id))
    }

    @Test(arguments: [
        #"{"id":"\#(String(repeating: "9", count: 129))"}"#, #"{"id":"a b"}"#, #"{"id":"ж"}"#, #"{"ID":"1"}"#,
        #"{"error":{"code":"x","message":"y"}}"#,
    ])
    func anIDThatCannotBeOneLeavesTheOutcomeUnknown(body: String) {
        guard case .unknown(let fault) = decisions.submit(answered(200, body), now: 0).verdict else {
            Issue.record("must be unknown")
            return
        }
        #expect(fault.code == "answer_unreadable" && fault.kind == .answer)
    }

    @Test func anAnswerBeyondItsSizeIsNotRead() {
        let padding = String(repeating: " ", count: CloudKassirAnswers.sizeLimit)
        guard case .unknown = decisions.submit(answered(200, #"{"id":"1"}"# + padding), now: 0).verdict else {
            Issue.record("must be unknown")
            return
        }
    }

    enum Verdict: String { case accepted, rejected, later, throttled, unauthorised, unknown, unknownReceipt, other }

    @Test(arguments: [
        (100, Verdict.unknown, Verdict.later), (301, .unknown, .later), (302, .unknown, .later),
        (400, .rejected, .later), (401, .unauthorised, .unauthorised), (403, .unauthorised, .unauthorised),
        (404, .rejected, .unknownReceipt), (408, .unknown, .later), (409, .rejected, .later),
        (413, .rejected, .later), (422, .rejected, .later), (429, .throttled, .throttled), (500, .unknown, .later),
        (502, .unknown, .later), (503, .unknown, .later), (504, .unknown, .later), (599, .unknown, .later),
    ])
    func everyStatusHasItsClass(status: Int, submit: Verdict, poll: Verdict) {
        #expect(Self.word(decisions.submit(answered(status), now: 0).verdict) == submit)
        #expect(Self.word(decisions.status(answered(status), now: 0).verdict) == poll)
        #expect(decisions.submit(answered(status), now: 0).exchange.httpStatus == status)
    }

    /// The vendor promises nothing of the kind, and what stands before the service may say it of a request that it
    /// passed on: sent again without a doubt only where the same key makes no second receipt.
    @Test func whoIsAwayForAWhileMayHaveTakenIt() {
        let away = answered(503, retryAfter: "7")
        var unrepeatable = decisions
        unrepeatable.deduplicates = false
        guard case .throttled(_, .seconds(7)) = decisions.submit(away, now: 0).verdict,
            case .unknown(let fault) = unrepeatable.submit(away, now: 0).verdict,
            case .throttled(_, .seconds(7)) = unrepeatable.status(away, now: 0).verdict,
            case .throttled(_, .seconds(7)) = unrepeatable.submit(answered(429, retryAfter: "7"), now: 0).verdict
        else {
            Issue.record("another class")
            return
        }
        #expect(fault.kind == .outage)
        #expect(unrepeatable.submit(away, now: 0).pause == .seconds(7))
        #expect(unrepeatable.submit(answered(503, retryAfter: "soon"), now: 0).pause == .seconds(10))
        #expect(unrepeatable.submit(answered(503), now: 0).pause == nil)
        #expect(decisions.submit(away, now: 0).pause == nil)
    }

    private static func word(_ verdict: SubmitAnswer.Verdict) -> Verdict {
        switch verdict {
        case .accepted: .accepted
        case .rejected: .rejected
        case .later: .later
        case .throttled: .throttled
        case .unauthorised: .unauthorised
        case .unknown: .unknown
        }
    }

    private static func word(_ verdict: StatusAnswer.Verdict) -> Verdict {
        switch verdict {
        case .later: .later
        case .throttled: .throttled
        case .unauthorised: .unauthorised
        case .unknownReceipt: .unknownReceipt
        case .waiting, .fiscalised, .failed: .other
        }
    }

    @Test func theProvidersWordsComeThroughCleaned() {
        let body = #"{"error":{"code":"Bad INN!","message":"ИНН\n7707083893 неверен,   ivanov@example.ru"}}"#
        #expect(
            decisions.submit(answered(400, body), now: 0).verdict
                == .rejected(
                    ProviderFault(.data, code: "provider_bad_inn", message: "ИНН … неверен, …")))
        #expect(
            decisions.submit(answered(400, #"{"error":"так нельзя"}"#), now: 0).verdict
                == .rejected(ProviderFault(.data, code: "provider_http_400", message: "так нельзя")))
    }

    @Test(arguments: [
        (#"{"status":"done","fn":9999078900001234,"fd":17,"fpd":3522207165}"#, "9999078900001234", "17", "3522207165"),
        (
            #"{"status":"DONE","fn":"9999078900001234","fd":"0017","fpd":"0022207165"}"#, "9999078900001234", "17",
            "22207165"
        ),
    ])
    func signsMayBeTextOrNumbers(body: String, fn: String, fd: String, fpd: String) throws {
        #expect(
            try decisions.status(answered(200, body), now: 0).verdict
                == .fiscalised(FiscalisedReceipt(signs: FiscalSigns(fn: fn, fd: fd, fpd: fpd))))
    }

    @Test(arguments: [
        #"{"status":"done"}"#, #"{"status":"done","fn":"1","fd":"2"}"#,
        #"{"status":"done","fn":"123","fd":"2","fpd":"3"}"#,
        #"{"status":"done","fn":{},"fd":"2","fpd":"3"}"#, #"{"status":"printing"}"#, #"{"status":1}"#, #"{}"#,
    ])
    func doneNeedsAllThreeSigns(body: String) {
        guard case .later = decisions.status(answered(200, body), now: 0).verdict else {
            Issue.record("must be asked again")
            return
        }
    }

    @Test(arguments: [
        (#""error":{"code":"kkt_unavailable","message":"m"}"#, true),
        (#""error":{"code":"OFD Unavailable"}"#, true), (#""error":{"code":42}"#, false), (#""error":"слова""#, false),
        (#""error":null"#, false), (#""error":[]"#, false), (#""error":{"code":"bad_vat"}"#, false),
    ])
    func aFailureBlamesTheDataUnlessItsCodeIsKnownToPass(error: String, passing: Bool) {
        let verdict = decisions.status(answered(200, #"{"status":"fail",\#(error)}"#), now: 0).verdict
        guard case .failed(let fault, passing) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(!fault.message.isEmpty && fault.code.hasPrefix("provider_"))
    }

    @Test(arguments: CloudKassirFailures.passing.sorted())
    func everyStateOfTheRegisterPassesInAnySpelling(code: String) {
        for spelling in [code, code.uppercased(), code.split(separator: "_").joined(separator: "-")] {
            let body = #"{"status":"fail","error":{"code":"\#(spelling)","message":"m"}}"#
            guard case .failed(let fault, passing: true) = decisions.status(answered(200, body), now: 0).verdict else {
                Issue.record("\(spelling) must pass")
                return
            }
            #expect(fault.kind == .passing)
        }
    }

    @Test(
        arguments: [
            ("12", nil, Duration.seconds(12)), (" 12 ", nil, .seconds(12)), ("0", nil, .seconds(1)),
            ("999999", nil, .seconds(3600)), ("99999999999999999999999", nil, .seconds(3600)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:30 GMT", .seconds(7)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", nil, .seconds(37)), ("Sun Nov  6 08:49:37 1994", nil, .seconds(37)),
            ("Sun, 06 Nov 1994 08:48:00 GMT", nil, .seconds(1)), ("soon", nil, nil), ("-5", nil, nil), ("", nil, nil),
            ("Sun, 31 Feb 1994 08:48:00 GMT", nil, nil),
        ] as [(String, String?, Duration?)])
    func retryAfterIsReadInAllItsForms(header: String, date: String?, pause: Duration?) {
        let now: Int64 = 784_111_740  // 1994-11-06T08:49:00Z
        let reply = answered(429, retryAfter: header, date: date)
        guard case .throttled(_, let found) = decisions.submit(reply, now: now).verdict else {
            Issue.record("429 throttles")
            return
        }
        #expect(found == pause)
    }

    @Test func aRefusalWithoutRetryAfterThrottlesWithoutATime() {
        guard case .throttled(let fault, nil) = decisions.status(answered(429), now: 0).verdict else {
            Issue.record("429 throttles")
            return
        }
        #expect(fault.kind == .limit)
    }
}
