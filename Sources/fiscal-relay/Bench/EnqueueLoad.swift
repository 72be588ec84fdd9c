import FoundationEssentials
import Postgres

/// Events written as a shop would write them, by the contract of the outbox.
struct EnqueueLoad: Sendable {
    enum Mode: String, Hashable, Sendable, CaseIterable {
        /// Many rows per INSERT.
        case bulk
        /// A row per INSERT, each a transaction of its own.
        case single
    }

    var count: Int
    var mode = Mode.bulk
    /// Rows per INSERT in bulk.
    var chunk = 1000
    /// Events per second at most; `nil`: as many as go.
    var rate: Double?
    /// When to end before `count` is reached.
    var seconds: Double?

    private static let insertOne = Statement(
        "bench_insert_one",
        """
        INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
        VALUES ('\(BenchKind.shop)', '\(BenchKind.name)', $1, '', $2)
        """)
    private static let insertMany = Statement(
        "bench_insert_many",
        """
        INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
        SELECT '\(BenchKind.shop)', '\(BenchKind.name)', e.key, '', e.payload
        FROM unnest($1::text[], $2::jsonb[]) AS e (key, payload)
        """)

    /// Writes the events, numbered from `first`; `note` hears of each transaction: its numbers, and the time before
    /// and after it.
    ///
    /// With a rate, each transaction has its time on a schedule that does not wait for those before.
    /// - Returns: How many were written.
    func run(
        over pool: PostgresPool, from first: Int = 1,
        note: (ClosedRange<Int>, MonotonicInstant, MonotonicInstant) -> Void = { _, _, _ in }
    ) async throws -> Int {
        let run = UUID().uuidString
        let begin = MonotonicInstant.now
        let size = mode == .bulk ? chunk : 1
        var written = 0
        while written < count {
            let lower = first + written
            let upper = lower + min(size, count - written) - 1
            if let rate {
                let wait = begin.advanced(bySeconds: Double(written) / rate).seconds(since: .now)
                if wait > 0 { try await Task.sleep(for: .seconds(wait), tolerance: .zero) }
            }
            if let seconds, MonotonicInstant.now.seconds(since: begin) >= seconds { break }
            let parameters: [Parameter] =
                switch mode {
                case .single: [.text("\(run):\(lower)"), .json(BenchKind.payload(lower))]
                case .bulk:
                    [
                        .texts((lower...upper).map { "\(run):\($0)" }),
                        .jsons((lower...upper).map(BenchKind.payload)),
                    ]
                }
            let before = MonotonicInstant.now
            try await pool.execute(mode == .single ? Self.insertOne : Self.insertMany, parameters)
            note(lower...upper, before, .now)
            written += upper - lower + 1
        }
        return written
    }
}
