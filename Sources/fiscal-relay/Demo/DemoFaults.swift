import Sandbox

/// The faults of a demonstration: of what has gone wrong between shops and cloud registers, a share of all requests.
enum DemoFaults {
    /// Rules that together befall about `percent` of a hundred requests, chosen by `seed`.
    static func rules(percent: Int, seed: UInt64) -> [FaultRule] {
        guard percent > 0 else { return [] }
        let kinds: [FaultRule] = [
            FaultRule(.timeout(accepting: true, hold: .seconds(5)), service: .cloudKassir, method: "POST", rate: 0),
            FaultRule(.reset(accepting: true), service: .cloudKassir, method: "POST", rate: 0),
            FaultRule(.reset(accepting: false), service: .cloudKassir, method: "POST", rate: 0),
            FaultRule(.garbage(accepting: true), service: .cloudKassir, rate: 0),
            FaultRule(
                .status(502, code: nil, message: nil, retryAfter: nil, accepting: false), service: .cloudKassir,
                rate: 0),
            FaultRule(
                .status(500, code: nil, message: nil, retryAfter: nil, accepting: true), service: .cloudKassir,
                rate: 0),
            FaultRule(.wait(polls: 2), service: .cloudKassir, method: "GET", rate: 0),
            FaultRule(.latency(.milliseconds(300)), service: .cloudKassir, rate: 0),
            FaultRule(.reset(accepting: true), service: .bitrix, rate: 0),
            FaultRule(
                .status(
                    503, code: "QUERY_LIMIT_EXCEEDED", message: "Too many requests", retryAfter: nil, accepting: false),
                service: .bitrix, rate: 0),
        ]
        // The share is that of the requests to each service.
        let perService = [SandboxService.cloudKassir: 8, .bitrix: 2]
        return kinds.enumerated().map { index, rule in
            var rule = rule
            rule.rate = max(1, percent / (rule.service.flatMap { perService[$0] } ?? 1))
            rule.seed = seed &+ UInt64(index)
            return rule
        }
    }
}
