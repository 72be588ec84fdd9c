import Postgres
import TestSupport
import Testing

/// Each login may do what its role is for, and nothing else.
///
/// The rules look at every table and function there is, so that a new one which says nothing about its rights, or too
/// much, is found here.
@Suite(.database, .timeLimit(.minutes(10))) struct PrivilegeTests {
    private let owner = TestDatabase.current.pool

    private func texts(_ sql: String) async throws -> [String] {
        try await owner.query(Statement("test.rights", sql)) { row throws(PostgresError) in
            try row.get(String.self, 0)
        }
    }

    // MARK: What they may not

    private static let forbidden: [Login: [String]] = [
        .shop: [
            "SELECT payload FROM fiscal.outbox", "SELECT * FROM fiscal.receipt", "SELECT * FROM fiscal.job",
            "SELECT * FROM fiscal.attempt", "SELECT * FROM fiscal.conflict",
            "UPDATE fiscal.outbox SET payload = 'null'", "DELETE FROM fiscal.outbox", "TRUNCATE fiscal.outbox",
            "INSERT INTO fiscal.job (shop) VALUES ('main')", "INSERT INTO fiscal.kind VALUES ('mine', 'build')",
            "SELECT fiscal.replay_job(1, 'me', 'because')", "SELECT fiscal.pause_queue('local', 'me', 'because')",
            "CREATE TABLE fiscal.mine (id int)", "SET ROLE fiscal_worker",
        ],
        .worker: [
            "UPDATE fiscal.outbox SET payload = 'null'", "DELETE FROM fiscal.outbox", "DELETE FROM fiscal.receipt",
            "DELETE FROM fiscal.attempt", "UPDATE fiscal.attempt SET outcome = 'finish'",
            "DELETE FROM fiscal.event_end", "INSERT INTO fiscal.event_end VALUES (1, 'fiscalised', now())",
            "UPDATE fiscal.job SET state = 'ready'", "DELETE FROM fiscal.job",
            "INSERT INTO fiscal.operator_action (who, action, why) VALUES ('anna', 'replay', 'because')",
            "UPDATE fiscal.operator_action SET who = 'somebody'", "DELETE FROM fiscal.operator_action",
            "INSERT INTO fiscal.kind VALUES ('mine', 'build')", "SELECT fiscal.replay_job(1, 'me', 'because')",
            "SELECT fiscal.cancel_job(1, 'me', 'because')", "SELECT fiscal.release_job(1, 'me', 'because')",
            "SELECT fiscal.pause_queue('local', 'me', 'because')", "CREATE TABLE fiscal.mine (id int)",
            "ALTER TABLE fiscal.outbox DISABLE TRIGGER ALL", "DROP TABLE fiscal.conflict", "SET ROLE fiscal_admin",
        ],
        .admin: [
            "UPDATE fiscal.outbox SET payload = 'null'", "DELETE FROM fiscal.outbox",
            "UPDATE fiscal.receipt SET state = 'refused'", "DELETE FROM fiscal.receipt",
            "UPDATE fiscal.job SET state = 'ready'", "DELETE FROM fiscal.job", "DELETE FROM fiscal.attempt",
            "INSERT INTO fiscal.operator_action (who, action, why) VALUES ('anna', 'replay', 'because')",
            "UPDATE fiscal.operator_action SET who = 'somebody'", "DELETE FROM fiscal.operator_action",
            "SELECT fiscal.empty_payloads(now(), 1)", "SELECT fiscal.drop_attempt_partitions(now())",
            "SELECT fiscal.heartbeat(1)", "CREATE TABLE fiscal.mine (id int)", "SET ROLE fiscal_worker",
        ],
        .reader: [
            "INSERT INTO fiscal.outbox (shop, kind, event_key, payload) VALUES ('main', 'order.paid', 'k', '{}')",
            "SELECT fiscal.enqueue('main', 'order.paid', 'k', '', '{}')", "UPDATE fiscal.receipt SET state = 'refused'",
            "DELETE FROM fiscal.job", "SELECT fiscal.replay_job(1, 'me', 'because')",
            "SELECT fiscal.clear_alarm('a')", "SELECT fiscal.want_wake(1)", "CREATE TABLE fiscal.mine (id int)",
            "SET ROLE fiscal_admin",
        ],
    ]

    @Test(arguments: Login.allCases) func mayNot(_ login: Login) async throws {
        try await Login.make(in: owner)
        let pool = PostgresPool(try TestDatabase.current.configuration(user: login.rawValue))
        for statement in Self.forbidden[login] ?? [] {
            do {
                _ = try await pool.execute(Statement("test.forbidden", statement))
                Issue.record("\(login) may do this: \(statement)")
            } catch {
                #expect(error.sqlState == .insufficientPrivilege, "\(statement): \(error)")
            }
        }
        await pool.close()
    }

    // MARK: What anybody may

    @Test func nothingIsOpenToEverybody() async throws {
        let open = try await texts(
            """
            SELECT 'function ' || p.oid::regprocedure FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
            WHERE p.pronamespace = 'fiscal'::regnamespace AND a.grantee = 0
            UNION ALL
            SELECT 'table ' || c.relname FROM pg_class c, aclexplode(c.relacl) a
            WHERE c.relnamespace = 'fiscal'::regnamespace AND a.grantee = 0
            UNION ALL
            SELECT 'schema' FROM pg_namespace n, aclexplode(n.nspacl) a
            WHERE n.nspname = 'fiscal' AND (a.grantee = 0 OR a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner)
            """)
        #expect(open == [])
    }

    @Test func functionsLookForNamesOnlyWhereNobodyElseCanPutThem() async throws {
        let loose = try await texts(
            """
            SELECT p.oid::regprocedure::text FROM pg_proc p
            WHERE p.pronamespace = 'fiscal'::regnamespace
              AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)
            """)
        #expect(loose == [])
    }

    @Test func whoeverMakesTablesOfTheSameNamesChangesNothing() async throws {
        try await Login.make(in: owner)
        let pool = PostgresPool(try TestDatabase.current.configuration(user: Login.shop.rawValue))
        try await pool.withTransaction { transaction throws(PostgresError) in
            for name in ["outbox", "job", "kind", "wake"] {
                _ = try transaction.execute(Statement("test.shadow", "CREATE TEMP TABLE \(name) (id int)"))
            }
            _ = try transaction.execute(Statement("test.path", "SET LOCAL search_path = pg_temp"))
            _ = try transaction.execute(
                Statement("test.enqueue", "SELECT fiscal.enqueue('main', 'order.paid', 'k', '', '{}')"))
        }
        #expect(try await texts("SELECT kind FROM fiscal.job") == ["order.paid"])
        await pool.close()
    }

    // MARK: What each may

    @Test func theShopHasItsSixColumnsAndItsFunctions() async throws {
        #expect(try await privileges(of: "fiscal_writer") == [])
        #expect(
            try await texts(
                """
                SELECT a.privilege_type || ' ' || string_agg(t.attname, ' ' ORDER BY t.attnum)
                FROM pg_attribute t, aclexplode(t.attacl) a
                WHERE a.grantee = 'fiscal_writer'::regrole AND t.attrelid = 'fiscal.outbox'::regclass
                GROUP BY a.privilege_type ORDER BY 1
                """) == [
                    "INSERT shop kind event_key subject payload occurred_at", "SELECT id shop event_key",
                ])
        #expect(
            Set(try await functions(of: "fiscal_writer")).isSubset(of: [
                "check_results", "enqueue", "enqueue_batch",
            ]))
    }

    @Test func readersOnlyRead() async throws {
        #expect(try await privileges(of: "fiscal_reader").allSatisfy { $0.hasPrefix("SELECT ") })
        let active = try await texts(
            """
            SELECT p.proname FROM pg_proc p, aclexplode(p.proacl) a
            WHERE p.pronamespace = 'fiscal'::regnamespace AND a.grantee = 'fiscal_reader'::regrole AND p.provolatile = 'v'
            """)
        #expect(active == [])
    }

    @Test func workersWriteNoHistory() async throws {
        let written = try await privileges(of: "fiscal_worker").filter { !$0.hasPrefix("SELECT ") }
        for privilege in written where !privilege.contains(" import_") {
            #expect(!privilege.hasPrefix("DELETE ") && !privilege.hasPrefix("TRUNCATE "), "\(privilege)")
            for kept in ["outbox", "attempt", "event_end", "operator_action", "kind", "job"] {
                #expect(!privilege.hasSuffix(" \(kept)"), "\(privilege)")
            }
        }
        #expect(written.contains("UPDATE receipt"))
    }

    @Test func administratorsActThroughFunctionsThatRecordThem() async throws {
        // Where an import stands, and which login speaks for which shop, is no history.
        let written = try await privileges(of: "fiscal_admin")
            .filter { !$0.hasPrefix("SELECT ") && !$0.contains(" import_") && !$0.hasSuffix(" writer_shop") }
        #expect(written == [])
    }

    /// Rights on whole tables, views and sequences.
    private func privileges(of role: String) async throws -> [String] {
        try await texts(
            """
            SELECT a.privilege_type || ' ' || c.relname FROM pg_class c, aclexplode(c.relacl) a
            WHERE c.relnamespace = 'fiscal'::regnamespace AND a.grantee = '\(role)'::regrole ORDER BY 1
            """)
    }

    private func functions(of role: String) async throws -> [String] {
        try await texts(
            """
            SELECT p.proname::text FROM pg_proc p, aclexplode(p.proacl) a
            WHERE p.pronamespace = 'fiscal'::regnamespace AND a.grantee = '\(role)'::regrole ORDER BY 1
            """)
    }
}
