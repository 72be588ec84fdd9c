import FoundationEssentials
import Postgres
import Sandbox

/// The circle in all shops of the demonstration: events in, receipts, stock and results out, until the ledgers agree.
struct CircleRun: Sendable {
    /// How often a process is killed on the way.
    let kills: Int
    let timeout: Duration
    /// Keys of the events that the shops wrote before the circle.
    let otherEvents: Set<String>

    /// Requests to the stand-ins between two kills: a circle takes some hundred, so they fall everywhere in it.
    private static let requestsPerKill = 9
    /// How long the ledgers may differ after the last job has ended, until somebody is told.
    private static let patience = Duration.seconds(60)
    /// Events of one INSERT, as of a till that sends what it kept.
    private static let batch = 5

    private static func stories(_ time: String) -> [CircleStory] {
        DemoStage.shops.enumerated().map { index, shop in
            CircleStory(shop: shop, firstOrder: 500_001 + 1000 * index, time: time)
        }
    }

    /// - Throws: what the database refused.
    func run(_ stage: DemoStage, _ sandbox: Sandbox, _ fleet: inout DemoFleet) async throws -> CircleSummary {
        let stories = Self.stories(Date.now.formatted(.iso8601))
        for story in stories {
            sandbox.addCatalog(
                CatalogSeed(
                    products: CircleGoods.all.map {
                        .init(id: $0.product, name: $0.name, stock: [1: String(CircleStory.stock)])
                    }), in: story.shop)
            sandbox.createOrders(story.orders, in: story.shop)
        }
        let events = stories.flatMap(\.events)
        let started = ContinuousClock.now
        let fresh = try await insert(events, stage.shopPool)
        // The till sends its whole day again, and the shop repeats itself: nothing may come of it.
        let again = try await insert(events, stage.shopPool)
        let books = try await watch(stories, stage, sandbox, &fleet, since: started)
        var summary = CircleSummary(books: books, kills: fleet.kills)
        summary.events = fresh
        summary.repeats = events.count - again
        if fresh != events.count || again != 0 {
            summary.disagreements.append("\(fresh) of \(events.count) events were news, then \(again) again")
        }
        return summary
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

    private func watch(
        _ stories: [CircleStory], _ stage: DemoStage, _ sandbox: Sandbox, _ fleet: inout DemoFleet,
        since started: ContinuousClock.Instant
    ) async throws -> [CircleBooks] {
        var progress = ProgressReporter("circle", total: stories.reduce(0) { $0 + $1.events.count })
        var nextKill = sandbox.requests + Self.requestsPerKill
        let killsBefore = fleet.kills.total
        var idleSince: ContinuousClock.Instant?
        while true {
            let books: [CircleBooks]
            let isOpen: Bool
            do {
                books = try await read(stories, stage, sandbox)
                isOpen = try await DemoRun.openJobs(stage.adminPool).open > 0
            } catch is PostgresError where kills > 0 && ContinuousClock.now - started < timeout {
                // The connection was that of a database that is no more.
                continue
            }
            progress.show(books.reduce(0) { $0 + $1.ours.count })
            let now = ContinuousClock.now
            if isOpen { idleSince = nil } else { idleSince = idleSince ?? now }
            let isAgreed = !isOpen && books.allSatisfy { $0.disagreements.isEmpty }
            let isKilling = fleet.kills.total - killsBefore < kills
            if (isAgreed && !isKilling) || now - started > timeout
                || idleSince.map({ now - $0 > Self.patience }) ?? false
            {
                progress.finish()
                return books
            }
            // A circle that is done early agrees after the kills that are left, too.
            if isKilling, isAgreed || sandbox.requests >= nextKill {
                try await fleet.killNext()
                nextKill = sandbox.requests + Self.requestsPerKill
            }
            try await Task.sleep(for: .milliseconds(kills > 0 ? 20 : 100))
        }
    }

    private func read(
        _ stories: [CircleStory], _ stage: DemoStage, _ sandbox: Sandbox
    ) async throws -> [CircleBooks] {
        var books: [CircleBooks] = []
        for story in stories {
            books.append(try await CircleBooks(of: story, beside: otherEvents, stage.adminPool, sandbox))
        }
        return books
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
