import Fiscal
package import JobQueue
package import Postgres

/// What a person does to jobs whose receipts are part of the matter: replay and resolve.
///
/// Each act changes job and receipt in one transaction, and leaves a row in `fiscal.operator_action`.
package struct ReceiptAdministration: Sendable {
    private let pool: PostgresPool
    private let receipts: ReceiptStore

    package init(pool: PostgresPool) {
        self.pool = pool
        receipts = ReceiptStore(pool: pool)
    }

    /// The answer of an act.
    package enum Answer: Hashable, Sendable {
        case done
        /// There is no such job, or it is not dead.
        case notDead
        case refused(String)
    }

    /// A dead job, as far as the acts need it.
    package struct DeadJob: Sendable {
        package let id: JobID
        package let eventID: Int64?
        package let kind: String
        package let step: String
        package let part: Int
        package let edition: Int
        package let reason: String?
        package let spawned: Bool
        /// What it sent may be at the provider.
        package let isInDoubt: Bool
        /// The number of the run that it died in: an act stands only if none has followed.
        package let runNumber: Int64
    }

    /// What a person found out about a receipt in doubt.
    package enum Finding: Hashable, Sendable {
        /// It is at the provider, under this number.
        case accepted(providerID: String)
        /// It has been printed.
        case fiscalised(fn: String, fd: String, fpd: String)
        /// It never arrived: the same bytes are sent again.
        case absent
    }

    /// What is wrong with fiscal signs that a person typed, or nil.
    package static func problem(fn: String, fd: String, fpd: String) -> String? {
        do {
            _ = try FiscalSigns(fn: fn, fd: fd, fpd: fpd)
            return nil
        } catch {
            return error.message(in: .english)
        }
    }

    /// Runs a dead job again, see ``ReplayPlan``.
    ///
    /// - Throws: `PostgresError`; nothing was changed then.
    package func replay(
        _ job: JobID, as orderedAs: ReplayPlan.OrderedAs?, who: String, why: String
    ) async throws(PostgresError) -> Answer {
        guard let dead = try await deadJob(job) else { return .notDead }
        var plan = ReplayPlan.sameStep
        if let event = dead.eventID, !dead.spawned {
            let newest = Self.newest(try await receipts.receipts(event: event))
            do throws(ReplayPlan.Refusal) {
                plan = try ReplayPlan.plan(
                    reason: dead.reason, receipts: newest.map(\.state), orderedAs: orderedAs, kind: dead.kind,
                    failedInPassing: newest.first(where: \.hasFailedInPassing)?.type, isInDoubt: dead.isInDoubt)
            } catch {
                return .refused(error.description)
            }
        }
        let step = plan.firstStep(afterDyingAt: dead.step)
        let isNextEdition = plan == .nextEdition
        let outcome = try await untouched { transaction throws(PostgresError) -> String in
            // The job first: from here on nobody else touches it, and only who got it may give its receipts up.
            let outcome =
                try transaction.query(
                    Self.replay,
                    [
                        .int(job.rawValue), .text(who), .text(why), .text(step),
                        .text(step == nil ? nil : QueueName.local), .bool(isNextEdition), .text(orderedAs?.rawValue),
                    ]
                ) { row throws(PostgresError) -> String in try row.get(0) }.first ?? "no_such_job"
            guard outcome == "replayed" else { return outcome }
            try Self.requireUntouched(dead, transaction)
            if isNextEdition, let event = dead.eventID {
                _ = try transaction.query(Self.abandon, [.int(event)]) { row throws(PostgresError) -> Int64 in
                    try row.get(0)
                }
            }
            return outcome
        }
        return answer(outcome, done: "replayed")
    }

    /// The answer that a function's word stands for.
    private func answer(_ outcome: String, done: String) -> Answer {
        switch outcome {
        case done: .done
        case "in_doubt": .refused(ReplayPlan.Refusal.inDoubt.description)
        case "submitted": .refused("the provider has accepted a receipt of this job and is asked until it is printed")
        case Self.hasRun: .refused("it has run meanwhile: look again")
        default: .notDead
        }
    }

    /// Ends the doubt about a dead job's receipt.
    ///
    /// - Throws: `PostgresError`; nothing was changed then.
    package func resolve(
        _ job: JobID, _ finding: Finding, who: String, why: String
    ) async throws(PostgresError) -> Answer {
        guard let dead = try await deadJob(job) else { return .notDead }
        guard let event = dead.eventID, let receipt = try await receipts.receipt(event: event, part: dead.part) else {
            return .refused("job \(job) has no receipt that could be in doubt; jobs replay runs it again")
        }
        if receipt.state == .submitted, finding == .absent {
            return .refused("the provider has accepted this receipt: jobs replay asks for it again")
        }
        guard dead.isInDoubt || receipt.state == .submitted else {
            return .refused("job \(job) is not in doubt; jobs replay runs it again")
        }
        let outcome = try await untouched { transaction throws(PostgresError) -> String in
            let step: String
            let json: String
            var signs: [Parameter]?
            switch finding {
            case .accepted(let providerID):
                step = ReceiptSteps.await
                json = JSONValue.object(["accepted": .string(providerID)]).jsonText
                signs = [.text(providerID), .null, .null, .null]
            case .fiscalised(let fn, let fd, let fpd):
                step = ReceiptSteps.await
                json = JSONValue.object(["fn": .string(fn), "fd": .string(fd), "fpd": .string(fpd)]).jsonText
                signs = [.null, .text(fn), .text(fd), .text(fpd)]
            case .absent:
                step = ReceiptSteps.submit
                json = "{\"absent\":true}"
            }
            let outcome =
                try transaction.query(
                    Self.resolve,
                    [.int(job.rawValue), .text(who), .text(why), .json(json), .text(step), .text(receipt.destination)]
                ) { row throws(PostgresError) -> String in try row.get(0) }.first ?? "no_such_job"
            guard outcome == "resolved" else { return outcome }
            try Self.requireUntouched(dead, transaction)
            if let signs { try Self.settle(transaction, event, dead.part, signs) }
            return outcome
        }
        return answer(outcome, done: "resolved")
    }

    /// Gives a job up, and with it the receipts of its event that no provider has, or that one could not print in time, so
    /// that they hold no settlement.
    ///
    /// Refused while a provider has one of them, or may have: nobody would ask for its fate any more, and a right event
    /// in its place would be a second receipt.
    /// - Throws: `PostgresError`; nothing was changed then.
    package func cancel(_ job: JobID, who: String, why: String) async throws(PostgresError) -> Cancellation {
        let words = try await pool.query(Self.cancel, [.int(job.rawValue), .text(who), .text(why)]) {
            row throws(PostgresError) -> String in try row.get(0)
        }
        return words.first.flatMap(Cancellation.init(rawValue:)) ?? .noSuchJob
    }

    private static let hasRun = "has_run"

    /// Carries out an act that was decided on what a job was when it died: one that has run since then is another
    /// matter, of which nothing is changed.
    private func untouched(
        _ act: @Sendable (borrowing Transaction) throws(PostgresError) -> String
    ) async throws(PostgresError) -> String {
        do throws(PostgresError) {
            return try await pool.withTransaction { transaction throws(PostgresError) in try act(transaction) }
        } catch {
            guard error.kind == .abandoned else { throw error }
            return Self.hasRun
        }
    }

    private static func requireUntouched(
        _ dead: DeadJob, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        let number = try transaction.query(Self.runNumber, [.int(dead.id.rawValue)]) {
            row throws(PostgresError) -> Int64 in try row.get(0)
        }
        guard number.first == dead.runNumber + 1 else { throw PostgresError.abandoned("the job has run meanwhile") }
    }

    private static func settle(
        _ transaction: borrowing Transaction, _ event: Int64, _ part: Int, _ signs: [Parameter]
    ) throws(PostgresError) {
        let settled = try transaction.query(Self.settle, [.int(event), .int(part)] + signs) {
            row throws(PostgresError) -> Bool in try row.get(0)
        }
        guard settled.first == true else {
            throw PostgresError.abandoned("the receipt is not in doubt any more")
        }
    }

    /// The newest edition of each part; the list is by part and edition.
    package static func newest(_ receipts: [StoredReceipt]) -> [StoredReceipt] {
        var newest: [Int: StoredReceipt] = [:]
        for receipt in receipts { newest[receipt.part] = receipt }
        return newest.sorted { $0.key < $1.key }.map(\.value)
    }

    private func deadJob(_ job: JobID) async throws(PostgresError) -> DeadJob? {
        try await pool.query(Self.dead, [.int(job.rawValue)]) { row throws(PostgresError) in
            DeadJob(
                id: job, eventID: try row.getOptional("event_id"), kind: try row.get("kind"), step: try row.get("step"),
                part: Int(try row.get(Int16.self, "part")), edition: Int(try row.get(Int16.self, "edition")),
                reason: try row.getOptional("reason_code"), spawned: try row.get("spawned"),
                isInDoubt: try row.get("is_in_doubt"), runNumber: try row.get("run_no"))
        }.first
    }

    private static let dead = Statement(
        "administration.deadJob",
        """
        SELECT event_id, kind, step, part, edition, reason_code, spawned, run_no, fiscal.is_in_doubt(j) AS is_in_doubt
        FROM fiscal.job j WHERE id = $1 AND state = 'dead'
        """)

    private static let abandon = Statement("administration.abandon", "SELECT fiscal.abandon_receipts($1)")

    private static let replay = Statement(
        "administration.replay",
        """
        SELECT fiscal.replay_job($1, who => $2, why => $3, step => $4, queue => $5, next_edition => $6, ordered_as => $7)
        """)

    private static let cancel = Statement("administration.cancel", "SELECT fiscal.cancel_receipt_job($1, $2, $3)")

    private static let runNumber = Statement("administration.runNumber", "SELECT run_no FROM fiscal.job WHERE id = $1")

    private static let settle = Statement(
        "administration.settleReceipt", "SELECT fiscal.settle_receipt($1, $2::smallint, $3, $4, $5, $6)")

    private static let resolve = Statement(
        "administration.resolve",
        """
        SELECT fiscal.resolve_job($1, who => $2, why => $3, finding => $4, step => $5, queue => $6, checkpoint => NULL)
        """)
}
