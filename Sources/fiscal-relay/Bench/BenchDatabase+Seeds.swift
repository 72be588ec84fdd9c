import Postgres

/// Work and ballast, made by the server itself.
extension BenchDatabase {
    /// How the events of a measurement share lanes.
    enum Lanes: Hashable, Sendable {
        /// Every job has a lane of its own.
        case none
        /// So many lanes, the events of each far apart.
        case spread(Int)
        /// So many lanes, the events of each next to each other.
        case adjacent(Int)

        /// SQL for the subject of event `n` of `count`.
        func subject(of count: Int) -> String {
            switch self {
            case .none: "''"
            case .spread(let lanes): "'lane:' || n % \(lanes)"
            case .adjacent(let lanes): "'lane:' || (n - 1) / \(max(1, count / lanes))"
            }
        }
    }

    /// Writes `count` events of `shop`, whose jobs are ready at once.
    func seed(_ count: Int, shop: String = BenchKind.shop, lanes: Lanes = .none) async throws {
        let chunk = 100_000
        for first in stride(from: 1, through: count, by: chunk) {
            try await run(
                "bench_seed",
                """
                INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
                SELECT '\(shop)', '\(BenchKind.name)', gen_random_uuid()::text, \(lanes.subject(of: count)),
                       jsonb_build_object('n', n, 's', '0123456789abcdef')
                FROM generate_series(\(first), \(min(count, first + chunk - 1))) AS n
                """)
        }
    }

    /// Jobs that wait behind two dead heads.
    func seedHeldLanes(_ count: Int) async throws {
        try await seedAside(count, subject: "'held:' || n % 2")
        try await run(
            "bench_hold",
            """
            UPDATE fiscal.job SET state = 'waiting'
            WHERE shop = '\(BenchKind.otherShop)' AND lane LIKE 'held:%'
            """,
            """
            UPDATE fiscal.job SET state = 'dead', holder = true, reason_code = 'bench', reason = 'holds its lane'
            WHERE id IN (SELECT min(id) FROM fiscal.job WHERE lane LIKE 'held:%' GROUP BY lane)
            """)
    }

    /// Ready jobs of a destination that is closed.
    func seedClosedDestination(_ count: Int) async throws {
        try await seedAside(count, subject: "''")
        try await run(
            "bench_close",
            "SELECT fiscal.pause_destination('\(BenchKind.closedQueue)', 'infinity', 'bench', 'stays closed')",
            "UPDATE fiscal.job SET queue = '\(BenchKind.closedQueue)' WHERE shop = '\(BenchKind.otherShop)'")
    }

    /// Ready jobs of the measured shop that only another release can run.
    func seedStrangers(_ count: Int) async throws {
        try await run(
            "bench_strangers",
            "INSERT INTO fiscal.kind (name, first_step) VALUES ('\(BenchKind.strangeName)', 'run') ON CONFLICT DO NOTHING",
            """
            INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
            SELECT '\(BenchKind.shop)', '\(BenchKind.strangeName)', gen_random_uuid()::text, '', '{}'
            FROM generate_series(1, \(count)) AS n
            """)
    }

    /// History of jobs that were done earlier.
    func seedHistory(_ count: Int) async throws {
        let chunk = 500_000
        for first in stride(from: 1, through: count, by: chunk) {
            try await run(
                "bench_history",
                """
                INSERT INTO fiscal.attempt (job_id, run_no, event_id, worker_id, started_at, ended_at, attempt, part,
                                            edition, kind, step, outcome)
                SELECT -n, 1, -n, 1, now(), now(), 0, 1, 1, '\(BenchKind.name)', '\(BenchKind.step)', 'finish'
                FROM generate_series(\(first), \(min(count, first + chunk - 1))) AS n
                """)
        }
        try await run("bench_history", "VACUUM (ANALYZE) fiscal.attempt")
    }

    private func seedAside(_ count: Int, subject: String) async throws {
        try await run(
            "bench_seed_aside",
            """
            INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
            SELECT '\(BenchKind.otherShop)', '\(BenchKind.name)', gen_random_uuid()::text, \(subject),
                   jsonb_build_object('n', n, 's', '0123456789abcdef')
            FROM generate_series(1, \(count)) AS n
            """)
    }
}

extension BenchDatabase {
    /// Whether anything is left to do for a shop.
    func hasJobs(of shop: String) async throws -> Bool {
        // What is ready is found by its index: to read all of the table beside what is measured would be measured, too.
        for question in [
            Statement(
                "bench_ready",
                """
                SELECT EXISTS (SELECT FROM fiscal.job
                    WHERE state = 'ready' AND queue = 'local' AND shop = $1 AND priority IN (0, 1))
                """), Statement("bench_left", "SELECT EXISTS (SELECT FROM fiscal.job WHERE shop = $1)"),
        ] {
            let left = try await pool.queryFirst(question, [.text(shop)]) { row throws(PostgresError) in
                try row.get(Bool.self, 0)
            }
            if left == true { return true }
        }
        return false
    }
}
