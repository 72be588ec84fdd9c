extension FaultRule {
    private static let conditions: Set<String> = [
        "service", "account", "method", "path", "external_id", "body_contains", "skip", "times", "rate", "seed",
        "fault",
    ]

    /// Reads a rule: the conditions and `"fault": {"kind": …}`.
    init(json: JSONValue) throws(ControlError) {
        let reader = try ControlReader(json, "rule", knowing: Self.conditions)
        let rate = try reader.int("rate")
        if let rate, !(0...100).contains(rate) { throw ControlError("rule.rate must lie in 0…100") }
        self.init(
            try Fault(json: reader.need("fault", reader["fault"])),
            service: try reader.word("service", SandboxService.self),
            account: try reader.text("account"), method: try reader.text("method")?.uppercased(),
            path: try reader.text("path"), externalID: try reader.text("external_id"),
            bodyContains: try reader.text("body_contains"), skip: try reader.int("skip") ?? 0,
            times: try reader.int("times"), rate: rate, seed: UInt64(clamping: try reader.int("seed") ?? 1))
    }

    /// The rule as it is ordered.
    var json: JSONValue {
        var json: JSONValue = [:]
        if let service { json.set("service", to: .string(service.rawValue)) }
        if let account { json.set("account", to: .string(account)) }
        if let method { json.set("method", to: .string(method)) }
        if let path { json.set("path", to: .string(path)) }
        if let externalID { json.set("external_id", to: .string(externalID)) }
        if let bodyContains { json.set("body_contains", to: .string(bodyContains)) }
        if skip > 0 { json.set("skip", to: .int(skip)) }
        if times != .max { json.set("times", to: .int(times)) }
        if let rate {
            json.set("rate", to: .int(rate))
            json.set("seed", to: .int(seed))
        }
        json.set("fault", to: fault.json)
        return json
    }
}

extension Fault {
    private static let members: Set<String> = [
        "kind", "milliseconds", "accepting", "status", "code", "message", "retry_after", "polls", "passing",
    ]

    /// Reads a fault by its `kind`. What is accepted by default: `timeout`, `reset`, `close`, `garbage` and `truncated`
    /// come after the work was done, `status` instead of it.
    init(json: JSONValue) throws(ControlError) {
        let reader = try ControlReader(json, "fault", knowing: Self.members)
        let accepting = try reader.bool("accepting")
        let milliseconds = try reader.int("milliseconds")
        switch try reader.need("kind", reader.text("kind")) {
        case "latency": self = .latency(.milliseconds(try reader.need("milliseconds", milliseconds)))
        case "timeout": self = .timeout(accepting: accepting ?? true, hold: .milliseconds(milliseconds ?? 120_000))
        case "reset": self = .reset(accepting: accepting ?? true)
        case "close": self = .close(accepting: accepting ?? true)
        case "status":
            let status = try reader.need("status", reader.int("status"))
            guard (200...599).contains(status) else { throw ControlError("fault.status must lie in 200…599") }
            self = .status(
                status, code: try reader.text("code"), message: try reader.text("message"),
                retryAfter: try reader.int("retry_after"), accepting: accepting ?? false)
        case "garbage": self = .garbage(accepting: accepting ?? true)
        case "truncated": self = .truncated(accepting: accepting ?? true)
        case "wait": self = .wait(polls: try reader.need("polls", reader.int("polls")))
        case "fail":
            self = .fail(
                code: try reader.text("code") ?? "fiscal_error", message: try reader.text("message") ?? "ordered fault",
                passing: try reader.bool("passing") ?? false)
        case let kind:
            throw ControlError(
                "fault.kind '\(kind)' is none of latency, timeout, reset, close, status, garbage, truncated, wait, fail"
            )
        }
    }

    /// The fault as it is ordered.
    var json: JSONValue {
        switch self {
        case .latency(let delay): return ["kind": "latency", "milliseconds": .int(delay.milliseconds)]
        case .timeout(let accepting, let hold):
            return ["kind": "timeout", "accepting": .bool(accepting), "milliseconds": .int(hold.milliseconds)]
        case .reset(let accepting): return ["kind": "reset", "accepting": .bool(accepting)]
        case .close(let accepting): return ["kind": "close", "accepting": .bool(accepting)]
        case .status(let status, let code, let message, let retryAfter, let accepting):
            var json: JSONValue = ["kind": "status", "status": .int(status), "accepting": .bool(accepting)]
            if let code { json.set("code", to: .string(code)) }
            if let message { json.set("message", to: .string(message)) }
            if let retryAfter { json.set("retry_after", to: .int(retryAfter)) }
            return json
        case .garbage(let accepting): return ["kind": "garbage", "accepting": .bool(accepting)]
        case .truncated(let accepting): return ["kind": "truncated", "accepting": .bool(accepting)]
        case .wait(let polls): return ["kind": "wait", "polls": .int(polls)]
        case .fail(let code, let message, let passing):
            return [
                "kind": "fail", "code": .string(code), "message": .string(message), "passing": .bool(passing),
            ]
        }
    }
}

extension Duration {
    /// Whole milliseconds.
    fileprivate var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
