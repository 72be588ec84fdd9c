import FoundationEssentials
import Postgres
import Sandbox
import Synchronization
import Testing

/// The worst day, rehearsed: real processes, a real database, and everything that goes wrong in production.
@Suite(.serialized) struct ChaosRunTests {
    /// Reasons with which a job of the rehearsal may end in front of a person: bad events, and receipts that the
    /// provider was told to refuse. What was in doubt has been resolved.
    private static let expectedReasons = ChaosFate.ofInput.union(ChaosFate.ofRefusal)

    /// What tells how hard the day was.
    private static let figures = [
        ("runs", "SELECT outcome || ' ' || count(*) FROM fiscal.attempt GROUP BY outcome ORDER BY 1"),
        ("sends", "SELECT count(*) || ' of ' || count(DISTINCT digest) FROM fiscal.attempt WHERE digest IS NOT NULL"),
        ("ends", "SELECT outcome || ' ' || count(*) FROM fiscal.event_end GROUP BY outcome ORDER BY 1"),
        (
            "dead",
            "SELECT reason_code || ' ' || count(*) FROM fiscal.job WHERE state = 'dead' GROUP BY reason_code ORDER BY 1"
        ),
        ("stock", "SELECT kind || ' ' || count(*) FROM fiscal.stock_movement GROUP BY kind ORDER BY 1"),
        ("documents", "SELECT state || ' ' || count(*) FROM fiscal.stock_document GROUP BY state ORDER BY 1"),
    ]

    @Test(.timeLimit(.minutes(60))) func theWorstDay() async throws {
        let settings = ChaosSettings.current
        let plan = ChaosPlan(seed: settings.seed, seconds: settings.seconds)
        let story = ChaosStory(path: settings.story)
        print("chaos: \(plan.text)\nchaos: the story is kept in \(settings.story)")
        story.tell(plan.text)
        let issues = IssueCount()
        try await ChaosWorld.with(settings, story) { world in
            await world.carryOut(plan)
            await world.heal()
            try await world.rest()
            try await judge(world, settings, issues)
            if issues.count > 0 {
                for worker in world.workers + [world.gateway] {
                    let log = FileManager.default.contents(atPath: worker.log) ?? Data()
                    story.tell("log of \(worker.name):\n" + String(decoding: log, as: UTF8.self))
                }
            }
        }
        if issues.count > 0 { print("chaos: CHAOS_SEED=\(settings.seed)\n\(story.text.suffix(20_000))") }
    }

    private func judge(_ world: ChaosWorld, _ settings: ChaosSettings, _ issues: IssueCount) async throws {
        func check(_ isTrue: Bool, _ what: String) {
            if !isTrue {
                issues.add()
                world.story.tell("VIOLATION: \(what)")
            }
            #expect(isTrue, "\(what)")
        }
        let verdict = try await world.verdict()
        world.story.tell("verify ended with \(verdict.status): \(verdict.output.prefix(4000)) \(verdict.error)")
        check(verdict.status == 0, "verify found violations: \(verdict.output.prefix(4000)) \(verdict.error)")
        let fates = try await world.fates()
        let written = world.loads.reduce(into: [String: ChaosLoad.Event]()) {
            $0.merge($1.written) { first, _ in first }
        }
        let lost = written.keys.filter { fates[$0] == nil }
        check(lost.isEmpty, "events that a shop had committed are gone: \(lost.prefix(5))")
        check(written.count > 20, "the shops wrote no more than \(written.count) events")
        let wrong = written.compactMap { name, event in
            fates[name]?.problem(isValid: event.isValid, outcomes: event.outcomes).map { "\(name): \($0)" }
        }
        check(wrong.isEmpty, "events did not become what they may: \(wrong.sorted().prefix(5))")
        let missing = try await world.effects().missing
        check(missing.isEmpty, "faults that do not show: \(missing)")
        check(
            !settings.mustBeComplete || world.incapacities.isEmpty,
            "NOT DONE (CHAOS_COMPLETE=0 goes without): \(world.incapacities)")
        let dead = try await world.texts("SELECT DISTINCT reason_code FROM fiscal.job WHERE state = 'dead'")
        let strange = Set(dead).subtracting(Self.expectedReasons)
        check(strange.isEmpty, "jobs died of \(strange.sorted())")
        let unwritten = try await world.texts(
            """
            SELECT DISTINCT r.order_id FROM fiscal.receipt r JOIN fiscal.event_end e ON e.event_id = r.event_id
            WHERE r.shop = 'main' AND r.order_id IS NOT NULL AND r.state = 'fiscalised' AND r.type = 'sell' AND NOT EXISTS (
                SELECT FROM fiscal.writeback w WHERE w.shop = r.shop AND w.order_id = r.order_id AND w.outcome = 'written')
            """)
        check(unwritten.isEmpty, "orders do not know of their receipts: \(unwritten.prefix(5))")
        let empty = try await world.texts("SELECT order_id FROM fiscal.writeback WHERE outcome = 'written'").filter {
            world.sandbox.properties(ofOrder: Int($0) ?? 0)?["CLOUDKASSIR_FD"]?.isEmpty ?? true
        }
        check(empty.isEmpty, "orders were said to be written and are not: \(empty.prefix(5))")
        let stock = try await world.stock().differences
        check(stock.isEmpty, "stock is not what was sold: \(stock.prefix(5))")
        let printed = try await world.number("SELECT count(*) FROM fiscal.receipt WHERE state = 'fiscalised'")
        let calls = try await world.number("SELECT count(*) FROM fiscal.callback")
        check(printed > 0, "nothing was printed")
        check(calls > 0, "the gateway heard of no receipt")
        // As their registers are told to call: before the answer to the shop's request, and twice.
        check(
            world.sandbox.answeredCallbacks(in: "main").contains { $0 > 0 },
            "no call about a receipt was taken before its answer")
        check(
            ["point", ChaosWorld.unrepeatable].flatMap(world.sandbox.answeredCallbacks).contains { $0 > 1 },
            "no receipt was called about twice")
        world.story.tell("\(written.count) events, \(printed) receipts, \(calls) of them called about")
        for (what, sql) in Self.figures { world.story.tell("\(what): \(try await world.texts(sql))") }
        world.story.tell("\(world.workers.map(\.starts)) and \(world.gateway.starts) starts")
    }
}

/// How many things were wrong, to know whether the story is worth telling.
private final class IssueCount: Sendable {
    private let number = Atomic(0)

    var count: Int { number.load(ordering: .relaxed) }

    func add() { number.add(1, ordering: .relaxed) }
}
