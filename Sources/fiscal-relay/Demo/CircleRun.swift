import FoundationEssentials
import Postgres
import Sandbox

/// The circle in all shops of the demonstration: events in, receipts, stock and results out, until the ledgers agree.
struct CircleRun: Sendable {
    /// How often a process is killed on the way.
    let kills: Int
    /// Whether the module's relay is killed at its work besides.
    let killsRelay: Bool
    let timeout: Duration
    /// Keys of the events that the shops wrote before the circle.
    let otherEvents: Set<String>

    /// Requests to the stand-ins between two kills: a circle takes some hundred, so they fall everywhere in it.
    private static let requestsPerKill = 9
    /// How long the ledgers may differ after the last job has ended, until somebody is told.
    private static let patience = Duration.seconds(60)
    /// Events of one INSERT, as of a till that sends what it kept.
    private static let batch = 5

    /// What happens in the shops, and how it is told.
    private struct Play {
        var accounts: [CircleAccount] = []
        /// Written by SQL.
        var events: [CircleEvent] = []
        /// Facts of the shop with the module that its relay hands over.
        var handedOver = 0
        var faults: [String] = []
    }

    /// - Throws: what a database refused, or the shop with the module.
    func run(_ stage: DemoStage, _ sandbox: Sandbox, _ fleet: inout DemoFleet) async throws -> CircleSummary {
        let started = ContinuousClock.now
        let play = try await begin(stage)
        for account in play.accounts {
            sandbox.addCatalog(
                CatalogSeed(
                    products: account.products.sorted { $0.key < $1.key }.map {
                        .init(id: $0.key, name: $0.value, stock: [1: String(CircleAccount.stock)])
                    }), in: account.shop)
            sandbox.createOrders(account.orders, in: account.shop)
        }
        let fresh = try await insert(play.events, stage.shopPool)
        // The till sends its whole day again, and the shop repeats itself: nothing may come of it.
        let again = try await insert(play.events, stage.shopPool)
        try await stage.machine?.startCron()
        let (books, resent) = try await watch(play, stage, sandbox, &fleet, since: started)
        var summary = CircleSummary(books: books, kills: fleet.kills)
        summary.events = fresh + play.handedOver
        summary.repeats = play.events.count - again + resent
        if fresh != play.events.count || again != 0 {
            summary.disagreements.append("\(fresh) of \(play.events.count) events were news, then \(again) again")
        }
        summary.disagreements += play.faults
        let waiting = try await stage.lookIntoShop(sandbox)
        if waiting > 0 { summary.disagreements.append("the module has not handed over \(waiting) events") }
        if play.handedOver != resent {
            summary.disagreements.append("the module handed over \(resent) of \(play.handedOver) events again")
        }
        return summary
    }

    private func begin(_ stage: DemoStage) async throws -> Play {
        let time = Date.now.formatted(.iso8601)
        var play = Play()
        for (index, shop) in DemoStage.shops.enumerated() {
            if shop == DemoStage.moduleShop, let machine = stage.machine {
                let day = try await machine.liveThroughADay()
                let correction = day.missed.map { CircleEvent.correction(shop, $0, time: time) }
                play.accounts.append(CircleAccount(shop, day, beside: [correction].compactMap(\.self)))
                play.events += [correction].compactMap(\.self)
                play.handedOver = day.facts.count
                play.faults = (day.faults ?? []).map { "\(shop): the module logged: \($0)" }
                if day.again > 0 {
                    play.faults.append("\(shop): \(day.again) facts that were told twice were news twice")
                }
            } else {
                let story = CircleStory(shop: shop, firstOrder: 500_001 + 1000 * index, time: time)
                play.accounts.append(CircleAccount(story))
                play.events += story.events
            }
        }
        return play
    }

    /// Writes the events as a shop does; what is known already is left alone. Gives the number of new ones.
    private func insert(_ events: [CircleEvent], _ pool: PostgresPool) async throws -> Int {
        var fresh = 0
        for start in stride(from: 0, to: events.count, by: Self.batch) {
            let part = events[start..<min(start + Self.batch, events.count)]
            let rows = try await pool.query(
                Self.insertEvents,
                [
                    .texts(part.map(\.shop)), .texts(part.map(\.kind)), .texts(part.map(\.key)),
                    .texts(part.map(\.subject)), .jsons(part.map(\.payload)),
                ]
            ) { row throws(PostgresError) in try row.get(Int64.self, "id") }
            fresh += rows.count
        }
        return fresh
    }

    /// Looks until the ledgers agree, killing on the way; gives them, and how many events the module has handed over
    /// once more in between.
    private func watch(
        _ play: Play, _ stage: DemoStage, _ sandbox: Sandbox, _ fleet: inout DemoFleet,
        since started: ContinuousClock.Instant
    ) async throws -> (books: [CircleBooks], resent: Int) {
        var progress = ProgressReporter("circle", total: play.accounts.reduce(0) { $0 + $1.facts.count })
        var nextKill = sandbox.requests + Self.requestsPerKill
        var idleSince: ContinuousClock.Instant?
        var resent = 0
        var mayKillRelay = killsRelay
        var troubledSince: ContinuousClock.Instant?
        while true {
            // Only what is read after it can tell what came of it.
            let wasResent = resent >= play.handedOver
            let books: [CircleBooks]
            let waiting: Int
            let isOpen: Bool
            do {
                (books, waiting) = try await read(play.accounts, stage, sandbox)
                isOpen = try await DemoRun.openJobs(stage.adminPool).open > 0
                let told = books.reduce(0) { $0 + $1.toldOnce }
                if mayKillRelay, told > play.events.count {
                    mayKillRelay = false
                    try await fleet.killRelay()
                }
                // All of it once more, as after a restore: the keys let nothing through a second time.
                let isTold = waiting == 0 && told == books.reduce(0) { $0 + $1.account.facts.count }
                if let machine = stage.machine, isTold, !wasResent {
                    resent = max(resent, try await machine.resend())
                }
                troubledSince = nil
            } catch let error where kills > 0 && Self.isPassing(error) {
                // The connection was that of a database that is no more. What lasts is not that.
                let now = ContinuousClock.now
                troubledSince = troubledSince ?? now
                guard let troubledSince, now - troubledSince < Self.patience else { throw error }
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            progress.show(books.reduce(0) { $0 + $1.toldOnce })
            let now = ContinuousClock.now
            if isOpen { idleSince = nil } else { idleSince = idleSince ?? now }
            let isAgreed =
                !isOpen && waiting == 0 && wasResent
                && books.allSatisfy { $0.disagreements.isEmpty }
            let isKilling = fleet.turns < kills
            if (isAgreed && !isKilling) || now - started > timeout
                || idleSince.map({ now - $0 > Self.patience }) ?? false
            {
                progress.finish()
                return (books, resent)
            }
            // A circle that is done early agrees after the kills that are left, too.
            if isKilling, isAgreed || sandbox.requests >= nextKill {
                try await fleet.killNext()
                nextKill = sandbox.requests + Self.requestsPerKill
            }
            try await Task.sleep(for: .milliseconds(kills > 0 ? 20 : 100))
        }
    }

    /// Whether it may come of a database that was killed.
    private static func isPassing(_ error: any Error) -> Bool {
        if case ShopMachine.Fault.refused = error { return true }
        return error is PostgresError
    }

    /// The books, and how many events the shop with the module has not handed over.
    private func read(
        _ accounts: [CircleAccount], _ stage: DemoStage, _ sandbox: Sandbox
    ) async throws -> (books: [CircleBooks], waiting: Int) {
        let waiting = try await stage.lookIntoShop(sandbox)
        var books: [CircleBooks] = []
        for account in accounts {
            books.append(try await CircleBooks(of: account, beside: otherEvents, stage.adminPool, sandbox))
        }
        return (books, waiting)
    }

    private static let insertEvents = Statement(
        "demo.insertCircle",
        """
        INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
        SELECT e.shop, e.kind, e.event_key, e.subject, e.payload
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
            AS e (shop, kind, event_key, subject, payload)
        ON CONFLICT DO NOTHING
        RETURNING id
        """)
}
