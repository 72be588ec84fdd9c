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
        deeds: [
            ChaosDeed(fault: .killWorker(0), seen: "gone", process: 7),
            ChaosDeed(fault: .freezeWorker(2, seconds: 6), seen: "stopped", process: 8),
            ChaosDeed(fault: .killDatabase, seen: "another start"), ChaosDeed(fault: .provider(.late), seen: "twice"),
        ], areGone: [7: true, 8: false], burials: 1)

    @Test func whatShowsIsNotMissing() {
        #expect(Self.felt.missing.isEmpty)
        // Who died before the database knew him is missed by nobody.
        let unknown = ChaosDeed(fault: .killWorker(0), seen: "gone", process: 7)
        #expect(ChaosEffects(deeds: [unknown], areGone: [:], burials: 0).missing.isEmpty)
        let short = ChaosDeed(fault: .freezeWorker(0, seconds: 1), seen: "stopped", process: 8)
        #expect(ChaosEffects(deeds: [short], areGone: [8: false], burials: 0).missing.isEmpty)
    }

    @Test func whatDoesNotShowIsMissing() {
        func missing(_ change: (inout ChaosEffects) -> Void) -> Int {
            var effects = Self.felt
            change(&effects)
            return effects.missing.count
        }
        for index in Self.felt.deeds.indices { #expect(missing { $0.deeds[index].seen = nil } == 1) }
        #expect(missing { $0.areGone[7] = false } == 1)
        #expect(missing { $0.burials = 0 } == 2)
    }

    @Test func everyKindOfTroubleHasAnOrderOfItsOwn() {
        let troubles =
            ChaosFault.ProviderTrouble.allCases.map(ChaosFault.provider)
            + ChaosFault.PortalTrouble.allCases.map(ChaosFault.portal)
        #expect(Set(troubles.compactMap(ChaosWorld.rule(of:))).count == troubles.count)
    }
}
