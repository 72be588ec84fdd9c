/// What goes wrong when: a function of the seed.
struct ChaosPlan: Hashable, Sendable {
    struct Act: Hashable, Sendable {
        /// Since the start.
        let at: Duration
        let fault: ChaosFault
    }

    static let workers = 3
    /// The worker whose clock is set off, and the one that goes through pgbouncer.
    static let skewed = 1
    static let pooled = 2

    let seed: UInt64
    let seconds: Int
    let acts: [Act]

    /// One of each kind in random order, as many times over as the time allows; a short time leaves some out.
    init(seed: UInt64, seconds: Int) {
        self.seed = seed
        self.seconds = seconds
        var generator = SeededGenerator(seed: seed)
        var acts: [Act] = []
        var moment = 1.0
        var pack: [ChaosFault] = []
        // Of what lasts for the whole day there is one, early.
        acts.append(Act(at: .seconds(1), fault: .bitrixDown(seconds: max(4, seconds / 4))))
        let end = Double(seconds) - 1
        // So many that each of a pack has its turn within the time given, and not more than four a second.
        let pace = max(0.25, min(2.5, end / Double(Self.pack(using: &generator).count + 1)))
        while moment < end {
            if pack.isEmpty { pack = Self.pack(using: &generator).shuffled(using: &generator) }
            acts.append(Act(at: .seconds(moment), fault: pack.removeLast()))
            moment += pace * Double.random(in: 0.6...1.4, using: &generator)
        }
        self.acts = acts.sorted { $0.at < $1.at }
    }

    /// Every kind once, with its details drawn.
    private static func pack(using generator: inout SeededGenerator) -> [ChaosFault] {
        func worker() -> Int { Int.random(in: 0..<workers, using: &generator) }
        func span(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        return [
            .killWorker(worker()), .killWorker(worker()), .freezeWorker(worker(), seconds: span(6...9)),
            .freezeWorker(worker(), seconds: span(1...3)), .terminateWorker(worker()),
            .shiftClock(skewed, hours: [-7, -1, 3, 26].randomElement(using: &generator) ?? 3),
            .stopDatabase(seconds: span(0...3)), .crashDatabase(seconds: span(0...6)), .killDatabase,
            .suspendDatabase(seconds: span(1...5)), .terminateBackends, .terminateBackends,
            .fillDatabaseDisk(seconds: span(1...4)), .fillLogDisk(seconds: span(2...4)), .cutConnections(worker()),
            .cutConnections(worker()), .halfOpen(worker(), seconds: span(2...8), heals: Bool.random(using: &generator)),
            .halfOpen(worker(), seconds: span(5...8), heals: true), .holdTransaction(seconds: span(2...6)),
            .restartPooler, .killGateway, .freezeGateway(seconds: span(1...3)),
        ] + ChaosFault.ProviderTrouble.allCases.map { .provider($0) }
            + ChaosFault.PortalTrouble.allCases.map { .portal($0) }
    }

    /// One line per act.
    var text: String {
        let lines = acts.map { act in
            let tenths = Int((act.at / .milliseconds(100)).rounded())
            return "  \(tenths / 10).\(tenths % 10) s  \(act.fault)"
        }
        return (["plan of seed \(seed), \(seconds) s:"] + lines).joined(separator: "\n")
    }
}
