package import Postgres

/// Reads what happened from the database, page by page, each in a transaction and snapshot of its own: a long look
/// must not keep vacuum from the dead rows of a busy queue.
package struct HistoryReader: Sendable {
    /// Events held in memory at a time.
    package static let pageSize = 1000
    /// Rows of each kind of ``HistoryRemainder`` at most: more of the same tell nothing new.
    package static let remainderLimit = 1000

    private enum Place: Sendable {
        case lanes(shop: String, lane: String, id: Int64)
        case alone(id: Int64)
    }

    private let pool: PostgresPool
    private var place = Place.lanes(shop: "", lane: "", id: 0)
    private var keepsCommitTimes: Bool?

    private static let snapshot = TransactionOptions(isolation: .repeatableRead, isReadOnly: true)

    /// - Parameter pool: Any role that may read the schema `fiscal` will do.
    package init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// Events in the outbox now.
    ///
    /// - Throws: ``PostgresError``.
    package func total() async throws(PostgresError) -> Int {
        try await pool.queryFirst(HistoryStatements.total) { row throws(PostgresError) in
            try row.get(Int.self, "total")
        } ?? 0
    }

    /// The next events, those with lanes first, in the order of shop, lane and id; empty at the end.
    ///
    /// - Throws: ``PostgresError``; the same page can be asked for again.
    package mutating func page() async throws(PostgresError) -> [HistoryEvent] {
        let commitTimes: Bool
        if let known = keepsCommitTimes {
            commitTimes = known
        } else {
            commitTimes =
                try await pool.queryFirst(HistoryStatements.keepsCommitTimes) { row throws(PostgresError) in
                    try row.get(Bool.self, "keeps")
                } ?? false
            keepsCommitTimes = commitTimes
        }
        if case .lanes(let shop, let lane, let id) = place {
            let events = try await read(
                HistoryStatements.inLanes,
                [.bool(commitTimes), .text(shop), .text(lane), .int(id), .int(Self.pageSize)])
            if let last = events.last {
                place = .lanes(shop: last.shop, lane: last.lane, id: last.id)
                return events
            }
            place = .alone(id: 0)
        }
        guard case .alone(let id) = place else { return [] }
        let events = try await read(HistoryStatements.alone, [.bool(commitTimes), .int(id), .int(Self.pageSize)])
        if let last = events.last { place = .alone(id: last.id) }
        return events
    }

    private func read(
        _ statement: Statement, _ parameters: [Parameter]
    ) async throws(PostgresError) -> [HistoryEvent] {
        try await pool.withTransaction(Self.snapshot) { transaction throws(PostgresError) in
            var events = try transaction.query(statement, parameters, Self.event)
            guard !events.isEmpty else { return [] }
            let ids = Parameter.ints(events.map(\.id))
            let receipts = try transaction.query(HistoryStatements.receipts, [ids], Self.receipt)
            let runs = try transaction.query(HistoryStatements.runs, [ids], Self.run)
            let acts = try transaction.query(HistoryStatements.acts, [ids], Self.act)
            let places = Dictionary(events.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
            for receipt in receipts { if let index = places[receipt.event] { events[index].receipts.append(receipt) } }
            for run in runs { if let index = places[run.job] { events[index].runs.append(run) } }
            for act in acts {
                guard let index = places[act.job] else { continue }
                if act.action == "release" {
                    events[index].wasReleased = true
                } else {
                    events[index].acts.append(act.at)
                    if act.isAbsence { events[index].absences.append(act.at) }
                }
            }
            return events
        }
    }

    /// What cannot be seen event by event; reads all receipts, runs and movements of stock once, in the server.
    ///
    /// - Parameter documents: Whether what was brought to portals is wanted, a row per product and store.
    /// - Returns: What looks wrong, and what is to be held against the portals.
    /// - Throws: ``PostgresError``.
    package func remainder(documents: Bool = false) async throws(PostgresError) -> HistoryRemainder {
        try await pool.withTransaction(Self.snapshot) { transaction throws(PostgresError) in
            let limit = [Parameter.int(Self.remainderLimit)]
            return HistoryRemainder(
                rivals: try transaction.query(HistoryStatements.rivals, limit, Self.receipt),
                orderedJobs: try transaction.query(HistoryStatements.orderedJobs, limit, Self.orderedJob),
                orderedRuns: try transaction.query(HistoryStatements.orderedRuns, limit, Self.run),
                vanishedEvents: try transaction.query(HistoryStatements.vanished, limit) { row throws(PostgresError) in
                    try row.get(Int64.self, 0)
                }, stock: try transaction.query(HistoryStatements.stock, limit, Self.balance),
                stockDocuments: documents ? try Self.documents(transaction) : StockDocumentsOnRecord())
        }
    }

    private static func documents(
        _ transaction: borrowing Transaction
    ) throws(PostgresError) -> StockDocumentsOnRecord {
        StockDocumentsOnRecord(
            carried: try transaction.query(HistoryStatements.carried) { row throws(PostgresError) in
                CarriedStock(
                    store: try row.get("store_id"), product: try row.get("product_id"),
                    millionths: try row.get("millionths"))
            },
            open: Set(
                try transaction.query(HistoryStatements.openDocuments) { row throws(PostgresError) in
                    try row.get(String.self, "number")
                }))
    }

    private static func balance(_ row: borrowing Row) throws(PostgresError) -> StockBalance {
        StockBalance(
            shop: try row.get("shop"), store: try row.get("store_id"), product: try row.get("product_id"),
            level: try row.getOptional("level"), sum: try row.get("total"),
            repeats: Int(try row.get(Int64.self, "repeats")),
            isEven: try row.get("even"))
    }

    private static func event(_ row: borrowing Row) throws(PostgresError) -> HistoryEvent {
        var event = HistoryEvent(
            id: try row.get("id"), shop: try row.get("shop"), kind: try row.get("kind"),
            eventKey: try row.get("event_key"), lane: try row.get("subject"), committedAt: try row.get("committed_at"))
        if let state = try row.getOptional(String.self, "state") {
            event.job = HistoryEvent.Job(
                state: state, step: try row.get("step"), runNumber: try row.get("run_no"),
                holdsLane: try row.get("holder"), reasonCode: try row.get("reason_code"), reason: try row.get("reason"),
                isOrphaned: try row.get("orphaned"), isStray: try row.get("stray"))
        }
        if let outcome = try row.getOptional(String.self, "outcome") {
            event.end = HistoryEvent.End(outcome: outcome, at: try row.get("at"))
        }
        return event
    }

    private static func orderedJob(_ row: borrowing Row) throws(PostgresError) -> OrderedJob {
        OrderedJob(
            id: try row.get("id"), shop: try row.get("shop"), kind: try row.get("kind"), lane: try row.get("lane"),
            event: try row.getOptional("event_id"),
            job: HistoryEvent.Job(
                state: try row.get("state"), step: try row.get("step"), runNumber: try row.get("run_no"),
                holdsLane: try row.get("holder"), reasonCode: try row.getOptional("reason_code"),
                reason: try row.getOptional("reason"), isOrphaned: try row.get("orphaned"),
                isStray: try row.get("stray")))
    }

    private static func receipt(_ row: borrowing Row) throws(PostgresError) -> HistoryReceipt {
        var signs: PrintedSigns?
        if let fn = try row.getOptional(String.self, "fn"), let fd = try row.getOptional(String.self, "fd"),
            let fpd = try row.getOptional(String.self, "fpd")
        {
            signs = PrintedSigns(fn: fn, fd: fd, fpd: fpd)
        }
        return HistoryReceipt(
            event: try row.get("event_id"), part: try row.get("part"), edition: try row.get("edition"),
            externalID: try row.get("external_id"), destination: try row.get("destination"),
            settlementKey: try row.get("settlement_key"),
            // A state of a later release is no state that a receipt of ours may be closed in.
            state: ReceiptState(rawValue: try row.get("state")) ?? .planned, recordedDigest: try row.get("recorded"),
            requestDigest: try row.get("actual"), signs: signs, closedAt: try row.get("closed_at"))
    }

    private static func run(_ row: borrowing Row) throws(PostgresError) -> HistoryRun {
        HistoryRun(
            job: try row.get("job_id"), runNumber: try row.get("run_no"), worker: try row.get("worker_id"),
            startedAt: try row.get("started_at"), endedAt: try row.get("ended_at"), part: try row.get("part"),
            edition: try row.get("edition"), step: try row.get("step"), outcome: try row.get("outcome"),
            digest: try row.get("digest"), sentAt: try row.get("sent_at"), answeredAt: try row.get("answered_at"),
            code: try row.get("code"), doubt: try row.get("doubt"), quietUntil: try row.get("quiet_until"))
    }

    private static func act(
        _ row: borrowing Row
    ) throws(PostgresError) -> (job: Int64, action: String, at: Timestamp, isAbsence: Bool) {
        (try row.get("job_id"), try row.get("action"), try row.get("at"), try row.get("absent"))
    }
}
