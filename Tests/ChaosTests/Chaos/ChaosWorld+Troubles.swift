import Sandbox

/// What provider and portal are told to do.
extension ChaosWorld {
    /// The order for trouble that a fault is; nil: it is another fault.
    static func rule(of fault: ChaosFault) -> FaultRule? {
        switch fault {
        case .provider(let trouble): rule(trouble)
        case .portal(let trouble): rule(trouble)
        default: nil
        }
    }

    static func rule(_ trouble: ChaosFault.PortalTrouble) -> FaultRule {
        let fault: Fault =
            switch trouble {
            case .acceptingAndResetting: .reset(accepting: true)
            case .never: .timeout(accepting: true, hold: .seconds(3))
            case .garbage: .garbage(accepting: true)
            case .busy: .status(503, code: nil, message: nil, retryAfter: 1, accepting: false)
            }
        return FaultRule(fault, service: .bitrix, times: 2)
    }

    static func rule(_ trouble: ChaosFault.ProviderTrouble) -> FaultRule {
        func rule(_ fault: Fault, times: Int = 5, method: String? = nil) -> FaultRule {
            FaultRule(fault, service: .cloudKassir, method: method, times: times)
        }
        return switch trouble {
        case .late: rule(.latency(.seconds(2)))
        case .never: rule(.timeout(accepting: true, hold: .seconds(3)))
        case .neverAndNotAccepted: rule(.timeout(accepting: false, hold: .seconds(3)))
        case .acceptingAndResetting: rule(.reset(accepting: true), method: "POST")
        case .reset: rule(.reset(accepting: false))
        case .closed: rule(.close(accepting: true))
        case .garbage: rule(.garbage(accepting: true))
        case .truncated: rule(.truncated(accepting: true))
        case .error500:
            rule(.status(500, code: nil, message: nil, retryAfter: nil, accepting: true), method: "POST")
        case .throttled: rule(.status(429, code: nil, message: nil, retryAfter: 1, accepting: false), times: 3)
        case .slowPrinting: rule(.wait(polls: 2), times: 10, method: "POST")
        case .passingFailure:
            rule(.fail(code: "ofd_unavailable", message: "later", passing: true), times: 2, method: "POST")
        case .finalFailure:
            rule(.fail(code: "chaos_refused", message: "never", passing: false), times: 2, method: "POST")
        }
    }
}
