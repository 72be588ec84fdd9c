import FoundationEssentials
import Postgres
import Relay
import Sandbox

/// One demonstration, from the first order to the last write-back.
struct DemoRun {
    let events: Int
    let faultPercent: Int
    let seed: UInt64
    /// Whether a worker, the module's web server and its relay are each killed once on the way.
    let killsOnce: Bool
    /// How often a process is killed in the circle.
    let circleKills: Int
    let timeout: Duration

    /// How many orders one INSERT writes.
    private static let batch = 50

    func run(_ stage: DemoStage, _ sandbox: Sandbox, _ address: SandboxAddress) async throws -> DemoSummary {
        let orders = (0..<events).map {
            DemoOrderShapes.order(index: $0, shops: DemoStage.shops, firstNumber: DemoStage.firstOrder)
        }
        for shop in DemoStage.shops {
            let seeds = Self.seeds(orders.filter { $0.shop == shop })
            sandbox.createOrders(seeds, in: shop)
            if shop == DemoStage.moduleShop { try await stage.machine?.add(seeds) }
        }
        sandbox.faults.order(DemoFaults.rules(percent: faultPercent, seed: seed))
        var fleet = DemoFleet(stage)
        let started = ContinuousClock.now
        do {
            try await insert(orders, stage.shopPool)
            var summary = try await watch(stage, sandbox, &fleet, since: started)
            var circle = try await CircleRun(
                kills: circleKills, killsRelay: killsOnce, timeout: timeout, otherEvents: Set(orders.map(\.eventKey))
            ).run(stage, sandbox, &fleet)
            circle.check(sandbox.summary(), beside: summary)
            if let fault = await verify(stage, address) { circle.disagreements.append(fault) }
            summary.callbacks = try await Self.callbacks(stage.adminPool)
            summary.circle = circle
            await fleet.stop()
            return summary
        } catch {
            await fleet.stop()
            throw error
        }
    }

    /// Holds everything on record, and in the stand-ins' ledgers, against the promises of the project; nil: all are
    /// kept.
    private func verify(_ stage: DemoStage, _ address: SandboxAddress) async -> String? {
        do {
            try await DemoProgram.run(
                ["verify", "--config", stage.configurationPath, "--sandbox", address.url, "--settled"], environment: [:]
            )
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Receipts about which the registers called the gateway.
    private static func callbacks(_ pool: PostgresPool) async throws -> Int {
        Int(
            try await pool.queryFirst(countCallbacks) { row throws(PostgresError) in try row.get(Int64.self, "called") }
                ?? 0)
    }

    /// The orders as the portal knows them, so that it can tell whether what is written back is theirs.
    private static func seeds(_ orders: [DemoOrder]) -> [OrderSeed] {
        orders.map { order in
            OrderSeed(
                id: order.number, accountNumber: "\(order.number)/A", price: DemoText.roubles(order.total),
                properties: ["EMAIL": order.email, "PHONE": order.phone].compactMapValues { $0 })
        }
    }

    /// Writes the events as a checkout does: plain INSERTs by a login that may do nothing else.
    private func insert(_ orders: [DemoOrder], _ pool: PostgresPool) async throws {
        let paidAt = Date.now.formatted(.iso8601)
        for start in stride(from: 0, to: orders.count, by: Self.batch) {
            let part = orders[start..<min(start + Self.batch, orders.count)]
            _ = try await pool.execute(
                Self.insertEvents,
                [
                    .texts(part.map(\.shop)), .texts(part.map(\.eventKey)), .texts(part.map(\.subject)),
                    .jsons(try part.map { try $0.payload(paidAt: paidAt) }),
                ])
        }
    }

    /// Shows progress until every order is written back or in front of a person.
    private func watch(
        _ stage: DemoStage, _ sandbox: Sandbox, _ fleet: inout DemoFleet, since started: ContinuousClock.Instant
    ) async throws -> DemoSummary {
        var progress = ProgressReporter("receipts", total: events)
        var mayKill = killsOnce
        while true {
            _ = try await stage.lookIntoShop(sandbox)
            let ledger = sandbox.summary()
            let (open, dead) = try await Self.openJobs(stage.adminPool)
            let summary = DemoSummary(
                events: events, ledger: ledger, dead: dead,
                seconds: (ContinuousClock.now - started) / .seconds(1))
            progress.show(summary.writtenBack, note: "\(summary.fiscalized) fiscalised")
            if open == 0 {
                progress.finish()
                return summary
            }
            if mayKill, summary.fiscalized * 3 >= events {
                mayKill = false
                await fleet.killWorker()
                try await fleet.killWebServer()
            }
            guard ContinuousClock.now - started < timeout else {
                progress.finish()
                return summary
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Jobs that are to be done, and jobs that wait for a person.
    static func openJobs(_ pool: PostgresPool) async throws -> (open: Int, dead: Int) {
        let row = try await pool.query(countJobs) { row throws(PostgresError) in
            (try row.get(Int64.self, "open"), try row.get(Int64.self, "dead"))
        }.first
        return (Int(row?.0 ?? 0), Int(row?.1 ?? 0))
    }

    private static let insertEvents = Statement(
        "demo.insertEvents",
        """
        INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)
        SELECT e.shop, 'order.paid', e.event_key, e.subject, e.payload
        FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[]) AS e (shop, event_key, subject, payload)
        ON CONFLICT DO NOTHING
        """)

    private static let countCallbacks = Statement(
        "demo.countCallbacks", "SELECT count(*) AS called FROM fiscal.callback")

    private static let countJobs = Statement(
        "demo.countJobs",
        """
        SELECT count(*) FILTER (WHERE state <> 'dead') AS open, count(*) FILTER (WHERE state = 'dead') AS dead
        FROM fiscal.job
        """)
}
