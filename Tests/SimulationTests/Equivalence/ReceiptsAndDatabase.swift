import FiscalProviders
import Postgres
import TestSupport
import Testing

@testable import JobQueue
@testable import Relay

/// The model's receipts and real ones, to which the steps of production do the same: effects and callbacks.
struct ReceiptsAndDatabase {
    private static let lives: [[SampleEvent.Role]] = [
        [.mixedSale, .refund], [.prepayment, .shipment], [.sale, .echo],
    ]

    let pool = TestDatabase.current.pool
    let seed: UInt64
    private let book: ReceiptBook
    private let store: QueueStore
    var model: ModelDatabase
    var random: SeededGenerator
    private var held: [(real: JobRun, model: JobRun)] = []
    var story: [String] = []

    init(seed: UInt64) async throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        book = try #require(ReceiptBook())
        model = ModelDatabase(book: book)
        var configuration = WorkerConfiguration(name: "test", version: "1")
        configuration.lease = .seconds(3600)
        let id = try await QueueStore.register(in: pool, configuration, try #require(SampleShops.definitions))
        store = QueueStore(
            pool: pool, worker: id, lease: .endless,
            effects: ReceiptEffects.kinds + CallbackEffects.kinds + DestinationEffects.kinds)
        let moment = try await now
        #expect(model.register(book.registration, lease: configuration.lease, at: moment) == id.rawValue)
        try await sql("SELECT setval('fiscal.outbox_id_seq', \(model.firstSpawned))")
        model.lastID = model.firstSpawned
        for (index, life) in Self.lives.enumerated() {
            let shop = SampleShops.names.randomElement(using: &random) ?? ""
            for role in life { try await insert(Int64(index + 1) * 10 + role.rawValue, shop) }
        }
    }

    private mutating func insert(_ id: Int64, _ shop: String) async throws {
        let event = try #require(SampleEvent.find(id, shop: shop))
        let lane = "order:\(event.order)"
        let moment = try await now
        try await pool.execute(
            Statement(
                "test.insert",
                """
                INSERT INTO fiscal.outbox (id, shop, kind, event_key, subject, payload) OVERRIDING SYSTEM VALUE
                VALUES ($1, $2, $3, $4, $5, '{}')
                """), [.int(id), .text(shop), .text(event.kind), .text(event.key), .text(lane)])
        // No stock is simulated.
        try await pool.execute(
            Statement("test.skip", "UPDATE fiscal.job SET step = 'build' WHERE id = $1"), [.int(id)])
        model.insert(
            ModelDatabase.Event(
                id: id, shop: shop, kind: event.kind, key: event.key, lane: lane, occurredAt: moment,
                committedAt: moment), step: ReceiptSteps.build)
    }

    private func sql(_ text: String) async throws {
        _ = try await pool.query(Statement("test.sql", text)) { _ throws(PostgresError) in () }
    }

    private func texts(_ text: String) async throws -> [String] {
        try await pool.query(Statement("test.look", text)) { row throws(PostgresError) in try row.get(String.self, 0) }
    }

    var now: Timestamp {
        get async throws {
            let moments = try await pool.query(Statement("test.now", "SELECT clock_timestamp()")) {
                row throws(PostgresError) -> Timestamp in try row.get(0)
            }
            return try #require(moments.first)
        }
    }

    // MARK: Acts

    /// Does one thing, here and there.
    mutating func act() async throws {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<3: try await claim()
        case 3..<6: try await answer()
        case 6..<8: try await callBack()
        case 8: try await actAsPerson()
        default: try await passTime()
        }
    }

    private mutating func claim() async throws {
        let found = try await store.survey(besides: [])
        let plan = ClaimPlan(
            room: 2,
            streams: found.compactMap(\.stream).map {
                ClaimPlan.Visit(key: $0, limit: 2, floor: .bottom, isFullLook: true)
            }, dueQueues: found.filter { $0.stream == nil }.map(\.queue), dueFirst: Bool.random(using: &random))
        let real = try await store.claim(plan).runs
        let copies = model.claim(store.worker.rawValue, plan, lease: .endless, at: try await now).runs
        #expect(real.map(\.run.job) == copies.map(\.run.job), "seed \(seed): \(story.suffix(12))")
        held += zip(real, copies).map { ($0.run, $1.run) }
        story.append("claim \(real.map(\.run.job))")
    }

    private mutating func answer() async throws {
        guard let place = held.indices.randomElement(using: &random) else { return }
        let (real, copy) = held.remove(at: place)
        let outcome = try await outcome(of: copy)
        let moment = try await now
        let recorded = try await store.recordAndClaim([report(real, outcome)], nil).record.recorded.count
        #expect(
            recorded == model.record([report(copy, outcome)], by: store.worker.rawValue, at: moment)?.recorded.count,
            "seed \(seed): \(story.suffix(12))")
        story.append("\(copy.job) \(copy.step): \(outcome.verdict)")
        try await equalise(since: moment)
    }

    private func report(_ run: JobRun, _ outcome: Outcome) -> Report {
        var generator = SeededGenerator(seed: 1)
        let key = StepKey(kind: run.kind, step: run.step)
        let definition = book.definitions[key] ?? .unknown(kind: run.kind, step: run.step)
        let disposition = Disposition(
            outcome, of: run, by: definition, WorkerConfiguration(name: "test", version: "1"), using: &generator)
        return Report(run: run, outcome: outcome, disposition: disposition)
    }

    /// Which row was touched first decides the order of several; all of one act are made equal, and none comes due by
    /// itself.
    mutating func equalise(since moment: Timestamp) async throws {
        let end = try await now
        try await pool.execute(
            Statement(
                "test.equalise",
                """
                UPDATE fiscal.job SET run_at = CASE WHEN run_at <= $2 THEN $2 ELSE $2 + interval '1 hour' END
                WHERE state IN ('ready', 'later', 'in_doubt') AND run_at >= $1
                """), [.timestamp(moment), .timestamp(end)])
        for index in model.jobs.indices
        where (model.jobs[index].state == .ready || model.jobs[index].isDue) && model.jobs[index].runAt >= moment {
            model.jobs[index].runAt = model.jobs[index].runAt <= end ? end : end.advanced(by: .seconds(3600))
        }
        // Nor does a breaker let a probe through.
        try await sql(
            """
            UPDATE fiscal.destination SET broken_until = broken_until + interval '1 hour'
            WHERE broken_until > now() AND broken_until < now() + interval '30 minutes'
            """)
        for name in model.destinations.keys { model.destinations[name]?.holdBreaker(at: end) }
    }

    private mutating func callBack() async throws {
        guard let receipt = model.receipts.randomElement(using: &random) else { return }
        let moment = try await now
        try await sql("SELECT fiscal.receive_callback('\(receipt.shop)', '\(receipt.key)')")
        _ = model.receiveCallback(receipt.key, at: moment)
        try await equalise(since: moment)
        story.append("callback \(receipt.key)")
    }

    private mutating func passTime() async throws {
        try await sql("UPDATE fiscal.job SET run_at = run_at - interval '2 hours' WHERE state IN ('later', 'in_doubt')")
        try await sql(
            """
            UPDATE fiscal.destination SET paused_until = paused_until - interval '2 hours',
                broken_until = broken_until - interval '2 hours', probing_until = probing_until - interval '2 hours'
            """)
        for index in model.jobs.indices where model.jobs[index].isDue {
            model.jobs[index].runAt = model.jobs[index].runAt.advanced(by: .seconds(-7200))
        }
        for name in model.destinations.keys { model.destinations[name]?.passTime(.seconds(7200)) }
        story.append("two hours pass")
    }

    // MARK: What the steps say

    private mutating func outcome(of run: JobRun) async throws -> Outcome {
        let steps = book.steps
        let shop = try #require(book.shop(run.shop))
        let event = try #require(run.eventID)
        switch run.step {
        case ReceiptSteps.build: return try plan(run, event, shop)
        case ReceiptSteps.submit:
            let receipt = try #require(model.receipt(event: event, part: run.part)).stored
            switch steps.submission(of: receipt, run, shop: shop, jitter: 0.5) {
            case .answer(let outcome): return outcome
            case .finished: return steps.afterFiscalised(receipt, run, shop: shop, others: model.receipts(of: event))
            case .send(let register):
                let moment = try await now
                return steps.afterSending(
                    book.submission(submitted(receipt.id)), receipt, register, shop, claimedAt: run.claimedAt,
                    digest: receipt.requestDigest, sentAt: moment, answeredAt: moment, jitter: 0.5)
            }
        case ReceiptSteps.await:
            let receipt = try #require(model.receipt(event: event, part: run.part)).stored
            let others = model.receipts(of: event)
            switch steps.question(about: receipt, run) {
            case .answer(let outcome): return outcome
            case .finished: return steps.afterFiscalised(receipt, run, shop: shop, others: others)
            case .ask:
                let moment = try await now
                return steps.settle(
                    book.status(asked(receipt.id)), receipt, run, shop: shop, others: others, answeredAt: moment,
                    jitter: 0.5)
            }
        default: return Outcome(.finish(outcome: "written"))
        }
    }

    private func plan(_ run: JobRun, _ event: Int64, _ shop: Shop) throws -> Outcome {
        let own = model.receipts(of: event)
        if let outcome = book.steps.resume(run, own) { return outcome }
        let sample = try #require(SampleEvent.find(event, shop: run.shop))
        let unreceipted =
            sample.role == .shipment
            ? model.unreceiptedPayment(shop: run.shop, lane: run.lane, before: event) : nil
        let plan = try #require(
            book.plan(
                sample, run, history: model.history(shop: run.shop, order: sample.order, without: event),
                unreceipted: unreceipted))
        switch plan.result {
        case .failure(let fault): return Outcome(.dead(book.steps.failure.planning(fault)))
        case .success(let result):
            var rivals: [String: Int64] = [:]
            for settlement in ReceiptSteps.settlements(of: result, own) {
                rivals[settlement] = model.rival(shop: run.shop, settlement: settlement, of: event)
            }
            return try book.steps.promise(
                result, run, event: event, shop: shop, own: own, rivals: rivals
            ) { receipt, part in try book.promise(receipt, part: part, of: plan, run, shop) }
        }
    }

    private mutating func submitted(_ receipt: Int64) -> ProviderReply {
        let isTaken = Int.random(in: 0..<3, using: &random) > 0
        return isTaken ? answered(#"{"id":"task-\#(receipt)","status":"wait"}"#) : fault()
    }

    private mutating func asked(_ receipt: Int64) -> ProviderReply {
        let head = #""id":"task-\#(receipt)""#
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return fault()
        case 1: return answered("{\(head),\"status\":\"wait\"}")
        case 2:
            let code = Bool.random(using: &random) ? ModelProvider.passing : ModelProvider.final
            return answered(#"{\#(head),"status":"fail","error":{"code":"\#(code)","message":"no"}}"#)
        default:
            return answered(
                #"{\#(head),"status":"done","fn":"9960440300000001","fd":"\#(receipt)","fpd":"\#(1000 + receipt)"}"#)
        }
    }

    private mutating func fault() -> ProviderReply {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .failed(provenUnsent: Bool.random(using: &random), reason: "reset")
        case 1: .answered(ProviderResponse(status: 500))
        case 2: .answered(ProviderResponse(status: 503, retryAfter: "3600"))
        default: .answered(ProviderResponse(status: 429, retryAfter: "3600"))
        }
    }

    private func answered(_ text: String) -> ProviderReply {
        .answered(ProviderResponse(status: 200, body: Array(text.utf8)))
    }

    // MARK: Comparing

    /// Whether receipts, callbacks, jobs and ends look the same.
    func agree() async throws -> Bool {
        let place: Comment = "seed \(seed): \(story.suffix(12).joined(separator: "; "))"
        let receipts = try await texts(
            """
            SELECT r.id || ' ' || event_id || ' ' || part || '.' || edition || ' ' || external_id || ' ' || state || ' '
                || coalesce(provider_id, '-') || ' ' || concat_ws('/', fn, fd, fpd)
                || CASE WHEN k.receipt_id IS NULL THEN '' ELSE ' called' END
            FROM fiscal.receipt r LEFT JOIN fiscal.callback k ON k.receipt_id = r.id ORDER BY r.id
            """)
        let jobs = try await texts(ModelAndDatabase.jobs)
        let ends = try await texts("SELECT event_id || ' ' || outcome FROM fiscal.event_end ORDER BY event_id")
        let modelReceipts = model.receipts.map { receipt in
            let signs = receipt.signs.map { "\($0.fn)/\($0.fd)/\($0.fpd)" } ?? ""
            return "\(receipt.id) \(receipt.eventID) \(receipt.part).\(receipt.edition) \(receipt.key)"
                + " \(receipt.state.rawValue) \(receipt.providerID ?? "-") \(signs)\(receipt.wasCalledAbout ? " called" : "")"
        }
        let modelEnds = model.ends.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.outcome)" }
        #expect(receipts == modelReceipts, place)
        #expect(jobs == model.jobs.map(\.picture), place)
        #expect(ends == modelEnds, place)
        return receipts == modelReceipts && jobs == model.jobs.map(\.picture) && ends == modelEnds
    }

    /// What came of it: receipts by their states.
    var states: Set<ReceiptState> { Set(model.receipts.map(\.state)) }
}
