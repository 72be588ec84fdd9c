internal import Synchronization

/// The faults ordered so far, and how often each has befallen a request.
package final class FaultPlan: Sendable {
    /// What befalls one request.
    struct Decision {
        var latency: Duration = .zero
        /// At most one fault that spoils the answer.
        var spoiling: Fault?
        /// What happens to the receipt, if it is accepted.
        var receiptFaults: [Fault] = []
    }

    fileprivate struct Ordered {
        let rule: FaultRule
        var seen = 0
        var fired = 0
        /// Matching requests so far by what they were about, so that a rate chooses alike whatever the order.
        var seenByKey: [String: UInt64] = [:]
    }

    private let ordered = Mutex<[Ordered]>([])

    init() {}

    /// Orders further faults, behind those already ordered.
    package func order(_ rules: FaultRule...) {
        order(rules)
    }

    /// Orders further faults, behind those already ordered.
    package func order(_ rules: [FaultRule]) {
        ordered.withLock { $0.append(contentsOf: rules.map { Ordered(rule: $0) }) }
    }

    /// Takes all orders back.
    package func clear() {
        ordered.withLock { $0 = [] }
    }

    /// Takes back one order for faults, all that are alike.
    package func withdraw(_ rule: FaultRule) {
        ordered.withLock { $0.removeAll { $0.rule == rule } }
    }

    /// Every rule with the number of requests that it has befallen.
    package var state: [(rule: FaultRule, fired: Int)] {
        ordered.withLock { $0.map { ($0.rule, $0.fired) } }
    }

    /// Decides what befalls a request and counts it.
    ///
    /// Rules are tried in the order given. Latencies add up; of the faults that spoil the answer the first counts, and
    /// the others keep waiting for their request; what happens to a receipt is kept for one that is accepted.
    func decide(_ subject: FaultSubject, admitting kinds: (Fault) -> Bool = { _ in true }) -> Decision {
        ordered.withLock { ordered in
            var decision = Decision()
            for index in ordered.indices where ordered[index].rule.fault.spoilsAnswer {
                guard decision.spoiling == nil else { break }
                if kinds(ordered[index].rule.fault), ordered[index].fires(on: subject) {
                    decision.spoiling = ordered[index].rule.fault
                }
            }
            let accepted = decision.spoiling?.isAccepting ?? true
            for index in ordered.indices where !ordered[index].rule.fault.spoilsAnswer {
                let fault = ordered[index].rule.fault
                guard kinds(fault) else { continue }
                if case .latency(let delay) = fault {
                    if ordered[index].fires(on: subject) { decision.latency += delay }
                } else if accepted, ordered[index].fires(on: subject) {
                    decision.receiptFaults.append(fault)
                }
            }
            return decision
        }
    }
}

extension FaultPlan.Ordered {
    fileprivate var isSpent: Bool { fired >= rule.times }

    fileprivate mutating func fires(on subject: FaultSubject) -> Bool {
        guard !isSpent, rule.admits(subject) else { return false }
        seen += 1
        guard seen > rule.skip else { return false }
        if let rate = rule.rate {
            let key = subject.externalID ?? subject.path
            let count = seenByKey[key, default: 0]
            seenByKey[key] = count + 1
            let draw = Digest.mixed(rule.seed &+ Digest.stableNumber("\(subject.method) \(key)") &+ Digest.mixed(count))
            guard draw % 100 < UInt64(clamping: rate) else { return false }
        }
        fired += 1
        return true
    }
}
