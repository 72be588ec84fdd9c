import Bitrix
import EmbeddedPostgres
import JobQueue
import Postgres
import Relay
import TestSupport
import Testing

/// The tokens of applications in the database: who may see them, and that one in the fleet refreshes.
@Suite(.database, .timeLimit(.minutes(10)))
struct PortalTokenTests {
    private static let portal = "local.1@shop.bitrix24.ru"

    private func tokens(_ number: Int) -> BitrixTokens {
        BitrixTokens(
            clientEndpoint: "https://shop.bitrix24.ru/rest/", accessToken: "a\(number)", refreshToken: "r\(number)",
            lifetime: .seconds(3600))
    }

    private func pool(_ login: Login) throws -> PostgresPool {
        let database = TestDatabase.current
        var configuration = try PostgresConfiguration(
            url: database.cluster.url(database: database.name, user: login.rawValue))
        configuration.poolSize = 2
        return PostgresPool(configuration)
    }

    private func withPools(_ body: (_ worker: PostgresPool, _ admin: PostgresPool) async throws -> Void) async throws {
        try await Login.make(in: TestDatabase.current.pool)
        let (worker, admin) = (try pool(.worker), try pool(.admin))
        do {
            try await body(worker, admin)
        } catch {
            await worker.close()
            await admin.close()
            throw error
        }
        await worker.close()
        await admin.close()
    }

    private func connect(_ admin: PostgresPool, _ number: Int) async throws {
        try await PortalAdministration(pool: admin).connect(
            Self.portal, tokens(number), by: Operator(who: "anna", why: "test"))
    }

    @Test func onePairIsRefreshedByOne() async throws {
        try await withPools { worker, admin in
            let store = PortalTokens(pool: worker, portal: Self.portal)
            #expect(try await store.current() == nil)
            #expect(try await store.takeRefresh(after: 1, lease: .seconds(60)) == .unknown)
            try await connect(admin, 1)
            let first = try #require(try await store.current())
            #expect(first.generation == 1 && first.remaining > .seconds(3500) && first.refusal == nil)
            let turns = try await withThrowingTaskGroup(of: BitrixRefreshTurn.self) { group in
                for _ in 1...8 { group.addTask { try await store.takeRefresh(after: 1, lease: .seconds(60)) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(turns.filter { $0 == .ours(refreshToken: "r1") }.count == 1)
            #expect(turns.filter { $0 == .busy }.count == 7)
            #expect(try await store.keep(tokens(2), after: 1))
            // The answer may have been lost: saying it again changes nothing.
            #expect(try await store.keep(tokens(2), after: 1))
            #expect(try await store.current()?.generation == 2)
            #expect(try await store.takeRefresh(after: 1, lease: .seconds(60)) == .newer)
        }
    }

    @Test func aRefresherThatDiedIsFollowedByAnother() async throws {
        try await withPools { worker, admin in
            let store = PortalTokens(pool: worker, portal: Self.portal)
            try await connect(admin, 1)
            #expect(try await store.takeRefresh(after: 1, lease: .zero) == .ours(refreshToken: "r1"))
            #expect(try await store.takeRefresh(after: 1, lease: .seconds(60)) == .ours(refreshToken: "r1"))
            try await store.endRefresh(of: 1, refused: nil)
            #expect(try await store.takeRefresh(after: 1, lease: .seconds(60)) == .ours(refreshToken: "r1"))
        }
    }

    @Test func aPersonsPairIsNotOverwrittenByALateRefresh() async throws {
        try await withPools { worker, admin in
            let store = PortalTokens(pool: worker, portal: Self.portal)
            try await connect(admin, 1)
            _ = try await store.takeRefresh(after: 1, lease: .seconds(60))
            try await store.endRefresh(of: 1, refused: "invalid_grant")
            #expect(try await store.current()?.refusal == "invalid_grant")
            #expect(try await store.takeRefresh(after: 1, lease: .seconds(60)) == .refused)
            try await connect(admin, 5)
            #expect(try await store.keep(tokens(2), after: 1) == false)
            let now = try #require(try await store.current())
            #expect(now.generation == 3 && now.refusal == nil)
            #expect(now.endpoint == tokens(5).endpoint)
            let actions = try await TestDatabase.current.pool.query(
                Statement("test.actions", "SELECT action || ' ' || target || ' ' || who FROM fiscal.operator_action")
            ) { row throws(PostgresError) in try row.get(String.self, 0) }
            #expect(actions == Array(repeating: "connect_portal \(Self.portal) anna", count: 2))
        }
    }

    @Test func nobodyReadsTheTable() async throws {
        try await withPools { worker, admin in
            try await connect(admin, 1)
            let table = Statement("test.table", "SELECT refresh_token FROM fiscal.portal_token")
            for pool in [worker, admin] {
                await #expect(throws: PostgresError.self) { try await pool.execute(table) }
            }
            let access = Statement("test.access", "SELECT access_token FROM fiscal.portal_access('x')")
            await #expect(throws: PostgresError.self) { try await admin.execute(access) }
            let take = Statement("test.take", "SELECT refresh_token FROM fiscal.take_refresh('x', 1, 1)")
            await #expect(throws: PostgresError.self) { try await admin.execute(take) }
            let connections = try await PortalAdministration(pool: admin).connections()
            #expect(connections.map(\.portal) == [Self.portal] && connections.map(\.refusal) == [nil])
        }
    }

    @Test func aRenamedPortalIsRemembered() async throws {
        try await withPools { worker, admin in
            let store = PortalTokens(pool: worker, portal: Self.portal)
            try await connect(admin, 1)
            try await store.move(1, to: "https://new.bitrix24.ru/rest/")
            #expect(try await store.current()?.endpoint.authority == "new.bitrix24.ru")
            try await store.move(9, to: "https://other.bitrix24.ru/rest/")
            #expect(try await store.current()?.endpoint.authority == "new.bitrix24.ru")
        }
    }
}
