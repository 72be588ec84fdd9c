import FoundationEssentials
import Testing

/// The demonstration's whole circle, as a stranger would run it: what it prints is what its ledgers say.
@Suite(.timeLimit(.minutes(10))) struct CircleTests {
    private struct Summary: Decodable {
        let events: Int
        let receipts: Int
        let fiscalized: Int
        let written_back: Int
        let dead: Int
        let duplicates: Int
        let callbacks: Int
        let circle: Circle
    }

    private struct Circle: Decodable {
        let events: Int
        let repeats: Int
        let settled: Int
        let receipts: Int
        let shops: [Shop]
        let disagreements: [String]
        let kills: Kills
    }

    private struct Shop: Decodable {
        let shop: String
        let way: String
        let facts: Int
        let told_once: Int
        let agrees: Bool
    }

    private struct Kills: Decodable {
        let workers: Int
        let gateways: Int
        let databases: Int
        let relays: Int
        let web_servers: Int
    }

    /// Runs it, and fails with what it said unless all is as it should be.
    private func run(_ arguments: [String]) async throws -> Summary {
        let result = try await Program.run(["demo", "--once", "--format", "json"] + arguments)
        #expect(result.status == 0, "\(result.output)\(result.error.suffix(4000))")
        let summary = try JSONDecoder().decode(Summary.self, from: Data(result.output.utf8))
        #expect(summary.receipts == summary.events)
        #expect(summary.fiscalized == summary.events)
        #expect(summary.written_back == summary.events)
        #expect(summary.dead == 0)
        #expect(summary.duplicates == 0)
        #expect(summary.circle.receipts + summary.circle.settled == summary.circle.events)
        #expect(summary.circle.repeats == summary.circle.events)
        #expect(summary.circle.disagreements == [])
        // The self-hosted shop runs the real module, not the sandbox's imitation of it.
        #expect(summary.circle.shops.map { "\($0.shop) \($0.way)" } == ["main module", "outlet sql"])
        for shop in summary.circle.shops {
            #expect(shop.facts > 10)
            #expect(shop.told_once == shop.facts)
            #expect(shop.agrees)
        }
        return summary
    }

    @Test func everyLedgerAgreesWithEveryOther() async throws {
        let summary = try await run(["--events", "28"])
        #expect(summary.events == 28)
        #expect(summary.circle.kills.workers == 0)
        // Every register calls about every receipt that it prints.
        #expect(summary.callbacks > 0)
    }

    /// Workers, the gateway, every process of the database, and the module's relay and web server are killed with
    /// SIGKILL by turns, after every nine requests or so, wherever in the circle that falls, while one request in ten
    /// goes wrong as well.
    @Test(arguments: [1, 2]) func killingAnyProcessChangesNothing(seed: Int) async throws {
        let summary = try await run(["--events", "2", "--kill", "--kills", "6", "--faults", "10", "--seed", "\(seed)"])
        #expect(summary.circle.kills.workers > 0)
        #expect(summary.circle.kills.gateways > 0)
        #expect(summary.circle.kills.databases > 0)
        // Once by turns, and once at its work.
        #expect(summary.circle.kills.relays > 1)
        #expect(summary.circle.kills.web_servers > 0)
    }
}
