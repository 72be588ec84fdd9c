import EmbeddedPostgres
import TestSupport
import Testing

@testable import Postgres

@Suite(.emptyDatabase, .timeLimit(.minutes(10))) struct ListenerTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private func notify(_ pool: PostgresPool, _ channel: String, _ payload: String) async throws {
        try await pool.run("SELECT pg_notify($1, $2)", .text(channel), .text(payload))
    }

    @Test func hearsWhatIsSentAndStartsWithAFullLook() async throws {
        let listener = PostgresListener(try TestDatabase.current.configuration(), channels: ["jobs", "Odd \"name\""])
        var hints = listener.hints().makeAsyncIterator()
        #expect(await hints.next()?.mayHaveMissed == true)
        #expect(listener.state == .listening)
        for (channel, payload) in [("jobs", "1"), ("Odd \"name\"", "")] {
            try await notify(pool, channel, payload)
            let hint = await hints.next()
            #expect(hint?.notifications == [PostgresNotification(channel: channel, payload: payload)])
            #expect(hint?.mayHaveMissed == false)
        }
        await listener.stop()
        #expect(await hints.next() == nil)
        #expect(listener.state == .stopped)
    }

    @Test func aSlowReaderGetsOneGatheredHint() async throws {
        let listener = PostgresListener(try TestDatabase.current.configuration(), channels: ["jobs"])
        let reader = listener.hints()
        let witness = listener.hints()
        var first = reader.makeAsyncIterator()
        _ = await first.next()
        for n in 1...5 { try await notify(pool, "jobs", "\(n)") }
        var seen: Set<String> = []
        for await hint in witness {
            seen.formUnion(hint.notifications.map(\.payload))
            if seen.contains("5") { break }
        }
        #expect(await first.next()?.notifications.map(\.payload).sorted() == ["1", "2", "3", "4", "5"])
        await listener.stop()
    }

    @Test func tooManyNotificationsBecomeAFullLook() {
        var hint = ListenerHint()
        for n in 0...ListenerHint.capacity { hint.add(PostgresNotification(channel: "c", payload: "\(n)")) }
        #expect(hint.mayHaveMissed)
        #expect(hint.notifications.isEmpty)
    }

    @Test func comesBackAfterItsConnectionWasCut() async throws {
        var configuration = try TestDatabase.current.configuration()
        configuration.applicationName = "cut"
        let listener = PostgresListener(configuration, channels: ["jobs"])
        var hints = listener.hints().makeAsyncIterator()
        _ = await hints.next()
        let sql = "SELECT pid FROM pg_stat_activity WHERE application_name = 'cut'"
        let processID = try #require(try await pool.one(Int.self, sql))
        try await TestDatabase.current.terminate(processID)
        #expect(await hints.next()?.mayHaveMissed == true)
        try await notify(pool, "jobs", "after")
        #expect(await hints.next()?.notifications.first?.payload == "after")
        await listener.stop()
    }

    @Test func comesBackAfterTheServerDid() async throws {
        let cluster = try await EmbeddedCluster.start()
        let configuration = try PostgresConfiguration(url: cluster.url())
        let listener = PostgresListener(configuration, channels: ["jobs"])
        let pool = PostgresPool(configuration)
        var hints = listener.hints().makeAsyncIterator()
        _ = await hints.next()
        await cluster.crash()
        try await eventually { listener.state == .connecting }
        try await cluster.restart()
        #expect(await hints.next()?.mayHaveMissed == true)
        try await notify(pool, "jobs", "after")
        #expect(await hints.next()?.notifications.first?.payload == "after")
        #expect(listener.reconnects > 0)
        await listener.stop()
        await pool.close()
        await cluster.stop()
    }

    @Test func aServerThatHangsIsNoticedByTheListenersOwnPing() async throws {
        let cluster = try await EmbeddedCluster.start()
        let configuration = try PostgresConfiguration(url: cluster.url())
        let listener = PostgresListener(
            configuration, channels: ["jobs"], pingInterval: .milliseconds(50), pingTimeout: .milliseconds(200))
        var hints = listener.hints().makeAsyncIterator()
        _ = await hints.next()
        await cluster.suspend()
        try await eventually { listener.state != .listening }
        await cluster.resume()
        #expect(await hints.next()?.mayHaveMissed == true)
        await listener.stop()
        await cluster.stop()
    }

    @Test func stopsWhileItCannotConnect() async throws {
        for _ in 0..<50 {
            let configuration = try PostgresConfiguration(url: "host=/tmp/fr-nobody-here")
            let listener = PostgresListener(configuration, channels: [])
            await listener.stop()
            await listener.stop()
            #expect(listener.state == .stopped)
        }
    }
}
