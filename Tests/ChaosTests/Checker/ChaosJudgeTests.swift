import Testing

/// The judge of the worst day must see what went wrong, and what did not happen at all.
@Suite struct ChaosJudgeTests {
    private static let good = [
        ChaosFate(outcome: "fiscalised"), ChaosFate(state: "dead", reason: "provider_chaos_refused"),
        ChaosFate(state: "waiting", ahead: "provider_chaos_refused"),
    ]
    private static let bad = [
        ChaosFate(), ChaosFate(outcome: "nothing_due"), ChaosFate(state: "dead", reason: "value_missing"),
        ChaosFate(state: "dead", reason: "in_doubt"), ChaosFate(state: "dead"), ChaosFate(state: "waiting"),
        ChaosFate(state: "waiting", ahead: "value_missing"), ChaosFate(state: "later", ahead: "provider_chaos_refused"),
    ]

    @Test(arguments: good) func whatMayBecomeOfAGoodEvent(_ fate: ChaosFate) {
        #expect(fate.problem(isValid: true, outcomes: ["fiscalised"]) == nil)
    }

    @Test(arguments: bad) func whatMayNotBecomeOfAGoodEvent(_ fate: ChaosFate) {
        #expect(fate.problem(isValid: true, outcomes: ["fiscalised"]) != nil)
    }

    @Test func aBadEventEndsInFrontOfAPerson() {
        let refused = ChaosFate(state: "dead", reason: "value_missing")
        #expect(refused.problem(isValid: false, outcomes: ["fiscalised"]) == nil)
        for fate in Self.good + Self.bad where fate != refused {
            #expect(fate.problem(isValid: false, outcomes: ["fiscalised"]) != nil, "\(fate)")
        }
    }

    private static let felt = ChaosEffects(
        done: [
            .killWorker(0), .terminateWorker(1), .freezeWorker(2, seconds: 6), .killGateway, .provider(.late),
            .portal(.busy), .bitrixDown(seconds: 4),
        ], starts: [2, 2, 1], gatewayStarts: 2, burials: 1, providerTroubles: 1, portalTroubles: 1)

    @Test func whatShowsIsNotMissing() {
        #expect(Self.felt.missing.isEmpty)
        #expect(
            ChaosEffects(
                done: [.freezeWorker(0, seconds: 1)], starts: [1], gatewayStarts: 1, burials: 0, providerTroubles: 0,
                portalTroubles: 0
            ).missing.isEmpty)
    }

    @Test func whatDoesNotShowIsMissing() {
        func missing(_ change: (inout ChaosEffects) -> Void) -> Int {
            var effects = Self.felt
            change(&effects)
            return effects.missing.count
        }
        #expect(missing { $0.starts[0] = 1 } == 1)
        #expect(missing { $0.starts[1] = 1 } == 1)
        #expect(missing { $0.gatewayStarts = 1 } == 1)
        #expect(missing { $0.burials = 0 } == 2)
        #expect(missing { $0.providerTroubles = 0 } == 1)
        #expect(missing { $0.portalTroubles = 0 } == 1)
    }
}
