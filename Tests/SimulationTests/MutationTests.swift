import Testing

/// The checks can fail: each safeguard taken away is missed within a few schedules.
@Suite struct MutationTests {
    private static let schedules: UInt64 = 10_000

    @Test(arguments: Mutation.allCases) func aSafeguardTakenAwayIsMissed(_ mutation: Mutation) async throws {
        let book = try #require(ReceiptBook())
        for seed in mutation.begin..<mutation.begin + Self.schedules {
            if seed % 64 == 0 { await Task.yield() }
            let breaches = SimulatedWorld(seed: seed, book: book, mutation: mutation).run()
            guard !breaches.isEmpty else { continue }
            let promises = Set(breaches.map(\.promise))
            let story = Story(seed: seed, book: book, mutation: mutation)
            #expect(!promises.isDisjoint(with: mutation.breaks), "\(story)")
            // The story says how it came, and what broke.
            let text = story.description
            #expect(text.contains("SIMULATION_SEED=\(seed)") && text.contains("is registered as"))
            for breach in breaches { #expect(text.contains(breach.description)) }
            return
        }
        Issue.record("\(Self.schedules) schedules without \(mutation.rawValue) broke nothing")
    }
}
