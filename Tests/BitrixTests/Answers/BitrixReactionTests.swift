import Bitrix
import Testing

@Suite struct BitrixReactionTests {
    private static let ran = true
    private static let didNotRun = false

    @Test(
        arguments: [
            ("QUERY_LIMIT_EXCEEDED", 503, .slowPortal, didNotRun),
            ("QUERY_LIMIT_EXCEEDED", 200, .slowPortal, didNotRun),
            ("OPERATION_TIME_LIMIT", 429, .pauseMethod, didNotRun),
            ("OPERATION_TIME_LIMIT", nil, .pauseMethod, didNotRun),
            ("OVERLOAD_LIMIT", 401, .pausePortal, didNotRun), ("PORTAL_DELETED", 403, .pausePortal, didNotRun),
            ("INTERNAL_SERVER_ERROR", 500, .repeatLater, ran), ("ERROR_UNEXPECTED_ANSWER", 500, .repeatLater, ran),
            ("ERROR_CORE", 400, .reject, didNotRun), ("ERROR_CORE", 500, .repeatLater, ran),
            ("CONNECTION_ERROR", 401, .repeatLater, didNotRun), ("expired_token", 401, .renewToken, didNotRun),
            ("invalid_token", 401, .renewToken, didNotRun), ("NO_AUTH_FOUND", 401, .accessRefused, didNotRun),
            ("INVALID_CREDENTIALS", 403, .accessRefused, didNotRun),
            ("insufficient_scope", 401, .accessRefused, didNotRun),
            ("ACCESS_DENIED", 403, .accessRefused, didNotRun), ("PAYMENT_REQUIRED", 401, .accessRefused, didNotRun),
            ("METHOD_CONFIRM_WAITING", 401, .awaitPerson, didNotRun),
            ("METHOD_CONFIRM_DENIED", 403, .accessRefused, didNotRun),
            ("INVALID_REQUEST", 400, .accessRefused, didNotRun),
            ("ERROR_METHOD_NOT_FOUND", 404, .accessRefused, didNotRun), ("ERROR_ARGUMENT", 400, .reject, didNotRun),
            ("ERROR_BATCH_LENGTH_EXCEEDED", nil, .reject, didNotRun), ("200040300020", 400, .accessRefused, didNotRun),
            ("200540400001", 400, .reject, didNotRun), ("100", 400, .reject, didNotRun), ("", 400, .reject, ran),
            ("0", 400, .reject, ran), ("0", 200, .reject, ran), ("NEVER_SEEN", 400, .reject, didNotRun),
            ("NEVER_SEEN", nil, .reject, didNotRun), ("NEVER_SEEN", 500, .repeatLater, ran),
            ("NEVER_SEEN", 429, .slowPortal, didNotRun), (nil, 200, .repeatLater, ran), (nil, 502, .repeatLater, ran),
            (nil, 504, .repeatLater, ran), (nil, 404, .repeatLater, ran), (nil, 401, .accessRefused, didNotRun),
            (nil, 429, .slowPortal, didNotRun), (nil, 410, .pausePortal, didNotRun), (nil, nil, .repeatLater, ran),
        ] as [(String?, Int?, BitrixReaction.Action, Bool)])
    func everyCodeHasItsReaction(code: String?, status: Int?, action: BitrixReaction.Action, mayHaveRun: Bool) {
        let expected = BitrixReaction(action, mayHaveRun: mayHaveRun)
        #expect(BitrixReaction.reaction(toCode: code, status: status) == expected)
        if let code {
            #expect(BitrixReaction.reaction(toCode: code.lowercased(), status: status) == expected)
        }
    }

    @Test func aRefusedMethodRestsUntilItsTimeComesBack() {
        var ledger = BitrixOperatingLedger()
        let now = ContinuousClock.now
        #expect(ledger.pause(of: "sale.order.get", now: now) == .seconds(60))
        let time: BitrixValue = ["finish": .number("1000"), "operating_reset_at": 1090]
        ledger.note(BitrixTime(time), of: "sale.order.get", now: now)
        #expect(ledger.pause(of: "sale.order.get", now: now.advanced(by: .seconds(10))) == .seconds(80))
        #expect(ledger.pause(of: "sale.order.get", now: now.advanced(by: .seconds(95))) == .seconds(60))
        #expect(ledger.pause(of: "sale.order.list", now: now) == .seconds(60))
        ledger.note(BitrixTime(["finish": 1000, "operating_reset_at": 999_999]), of: "m", now: now)
        #expect(ledger.pause(of: "m", now: now) == .seconds(600))
    }
}
