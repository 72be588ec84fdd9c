/// What an answer of CloudKassir means: pure functions of the answer, so that every row of the table has its test.
///
/// | outcome | submit | status |
/// | --- | --- | --- |
/// | nothing can have left | later | later |
/// | time-out, reset, 1xx, 3xx, 408, 5xx, unreadable 2xx | unknown | later |
/// | 429 | throttled | throttled |
/// | 503 with `Retry-After` | throttled; unknown where the account does not deduplicate | throttled |
/// | 401, 403 | unauthorised | unauthorised |
/// | 404 | rejected | unknown receipt |
/// | other 4xx | rejected | later |
struct CloudKassirDecisions {
    /// How long the account is left alone that is away and does not say for how long.
    private static let defaultRest: Duration = .seconds(10)

    let vocabulary: CloudKassirVocabulary
    let passingFailures: Set<String>
    /// Whether the account knows a receipt again by our key, so that the same bytes may be sent twice.
    var deduplicates = true
    /// What must not come through in the provider's words.
    var secrets: [String] = []

    /// What an answer to a sending means. `now` is in seconds since 1970, and counts only where `Retry-After` is a date
    /// and the answer has no `Date`.
    func submit(_ reply: ProviderReply, now: Int64) -> SubmitAnswer {
        let verdict: SubmitAnswer.Verdict
        var rest: Duration?
        switch reply {
        case .failed(let provenUnsent, let reason):
            let fault = Self.networkFault(reason)
            verdict = provenUnsent ? .later(fault) : .unknown(fault)
        case .answered(let response) where 200..<300 ~= response.status:
            if let id = CloudKassirAnswers.identifier(CloudKassirAnswers.body(response.body)?.id) {
                verdict = .accepted(providerID: id)
            } else {
                verdict = .unknown(Self.unreadable(response.status))
            }
        case .answered(let response):
            switch refusal(response, now: now) {
            case .throttled(let fault, let pause): verdict = .throttled(fault, retryAfter: pause)
            // Nobody has promised that it did nothing: whatever stands before the service may say so of a request that
            // it had passed on. Where a repeat would be a second receipt, that is a doubt.
            case .unavailable(let fault, let pause) where !deduplicates:
                verdict = .unknown(fault)
                rest = pause ?? Self.defaultRest
            case .unavailable(let fault, let pause): verdict = .throttled(fault, retryAfter: pause)
            case .credentials(let fault): verdict = .unauthorised(fault)
            case .request(let fault): verdict = .rejected(fault)
            case .unclear(let fault): verdict = .unknown(fault)
            }
        }
        return SubmitAnswer(verdict, exchange: Self.exchange(reply, verdict.fault), pause: rest)
    }

    /// What an answer to a question for the fate of a receipt means; `now` as in ``submit(_:now:)``.
    func status(_ reply: ProviderReply, now: Int64) -> StatusAnswer {
        let verdict: StatusAnswer.Verdict
        switch reply {
        case .failed(_, let reason): verdict = .later(Self.networkFault(reason))
        case .answered(let response) where 200..<300 ~= response.status: verdict = told(response)
        case .answered(let response):
            switch refusal(response, now: now) {
            case .throttled(let fault, let pause), .unavailable(let fault, let pause):
                verdict = .throttled(fault, retryAfter: pause)
            case .credentials(let fault): verdict = .unauthorised(fault)
            case .request(let fault) where response.status == 404: verdict = .unknownReceipt(fault)
            // A poll cannot be wrong for good: it is asked again, and an alarm tells if that never ends.
            case .request(let fault), .unclear(let fault): verdict = .later(fault)
            }
        }
        return StatusAnswer(verdict, exchange: Self.exchange(reply, verdict.fault))
    }

    /// What asking for a receipt that cannot exist tells about the credentials: 404 means that they were taken.
    func credentials(_ reply: ProviderReply, now: Int64) -> CredentialsAnswer {
        switch status(reply, now: now).verdict {
        case .unknownReceipt, .waiting, .fiscalised, .failed: .valid
        case .unauthorised(let fault): .refused(fault)
        case .later(let fault), .throttled(let fault, _): .undecided(fault)
        }
    }

    private func told(_ response: ProviderResponse) -> StatusAnswer.Verdict {
        guard let body = CloudKassirAnswers.body(response.body), let word = body.status?.text,
            let status = vocabulary.statuses[word.lowercased()]
        else { return .later(Self.unreadable(response.status)) }
        switch status {
        case .waiting: return .waiting
        case .fiscalised:
            guard let receipt = CloudKassirAnswers.printed(body) else {
                return .later(
                    ProviderFault(
                        .answer, code: "signs_missing",
                        message: "The receipt is reported as done without its fiscal signs."))
            }
            return .fiscalised(receipt)
        case .failed:
            let passing = CloudKassirFailures.isPassing(body.error?.code, among: passingFailures)
            let fault = ProviderFault(
                passing ? .passing : .data, providerCode: body.error?.code ?? "fail", words: body.error?.message,
                fallback: "CloudKassir could not fiscalise the receipt and gave no reason.", secrets: secrets)
            return .failed(fault, passing: passing)
        }
    }

    /// An answer with a status outside 2xx.
    private enum Refusal {
        case throttled(ProviderFault, Duration?)
        /// It is away for a while, by its own word.
        case unavailable(ProviderFault, Duration?)
        case credentials(ProviderFault)
        case request(ProviderFault)
        /// Nobody can say what was done.
        case unclear(ProviderFault)
    }

    private func refusal(_ response: ProviderResponse, now: Int64) -> Refusal {
        let error = CloudKassirAnswers.body(response.body)?.error
        func fault(_ kind: ProviderFault.Kind, _ fallback: String) -> ProviderFault {
            ProviderFault(
                kind, providerCode: error?.code ?? "http_\(response.status)", words: error?.message, fallback: fallback,
                secrets: secrets)
        }
        let pause = RetryAfter.pause(response.retryAfter, date: response.date, now: now)
        switch response.status {
        case 401, 403: return .credentials(fault(.credentials, "CloudKassir refused the login or the password."))
        case 429: return .throttled(fault(.limit, "CloudKassir takes no more requests for now."), pause)
        case 503 where response.retryAfter != nil:
            return .unavailable(fault(.outage, "CloudKassir is not available for now."), pause)
        case 408: return .unclear(fault(.network, "CloudKassir waited too long for the request."))
        case 400..<500: return .request(fault(.data, "CloudKassir refused the request with status \(response.status)."))
        default: return .unclear(fault(.answer, "CloudKassir answered with status \(response.status)."))
        }
    }

    private static func networkFault(_ reason: String) -> ProviderFault {
        ProviderFault(.network, code: "network", message: "CloudKassir could not be reached: \(reason).")
    }

    private static func unreadable(_ status: Int) -> ProviderFault {
        ProviderFault(
            .answer, code: "answer_unreadable",
            message: "CloudKassir answered with status \(status) and something that cannot be understood.")
    }

    private static func exchange(_ reply: ProviderReply, _ fault: ProviderFault?) -> ProviderExchange {
        var provenUnsent = false
        if case .failed(true, _) = reply { provenUnsent = true }
        return ProviderExchange(
            httpStatus: reply.httpStatus, code: fault?.code ?? "ok", provenUnsent: provenUnsent)
    }
}
