import Crypto
import Fiscal
import FiscalProviders
import JobQueue
import Postgres

extension ReceiptSteps {
    /// Plans the receipts of an event, encodes them and puts them on record.
    func runBuild(_ run: JobRun) async -> Outcome {
        guard let shop = directory.shops[run.shop] else {
            return Outcome(.dead(failure.unknownShop(run.shop, known: Array(directory.shops.keys))))
        }
        guard run.payload != "null" else { return Outcome(.dead(failure.payloadErased())) }
        if let printed = await runPrinted(run, shop: shop) { return printed }
        if let late = lateness(of: run, shop: shop) { return Outcome(.dead(late)) }
        do {
            guard let event = run.eventID else { return Outcome(.dead(failure.payloadErased())) }
            let own = try await receipts.receipts(event: event)
            if let outcome = resume(run, own) { return outcome }
            let plan = try await self.plan(run, event: event, shop: shop)
            var rivals: [String: Int64] = [:]
            for settlement in Self.settlements(of: plan, own) where rivals[settlement] == nil {
                rivals[settlement] = try await receipts.rival(shop: run.shop, settlementKey: settlement, of: event)
            }
            return try promise(plan, run, event: event, shop: shop, own: own, rivals: rivals) { receipt, part in
                guard let intent = try intent(receipt, part: part, of: run, event: event, shop: shop) else {
                    return nil
                }
                return Promise(
                    part: part, destination: intent.destination, effect: try intent.effect())
            }
        } catch let fault as PlanningFault {
            return Outcome(.dead(failure.planning(fault)))
        } catch is PostgresError {
            return databaseAway()
        } catch {
            return Outcome(.dead(JobFailure(code: "receipt_unbuildable", message: "\(type(of: error))")))
        }
    }

    /// How far a shop's clock may be ahead of the database's: a wrong time zone is no more than this.
    private static let clockTolerance: Duration = .seconds(24 * 3600)
    /// 2000-01-01T00:00:00Z: no settlement that is receipted here is older, so nobody can order one.
    private static let firstMoment = Timestamp(microsecondsSince1970: 946_684_800_000_000)

    /// An event that came too late to be receipted without a person's word (I9, I11), or at no time that can be.
    func lateness(of run: JobRun, shop: Shop) -> JobFailure? {
        let age = run.occurredAt.duration(to: run.claimedAt)
        if age < .zero - Self.clockTolerance || run.occurredAt < Self.firstMoment { return failure.impossibleMoment() }
        guard run.orderedAs == nil else { return nil }
        if age > shop.settings.maximumEventAge {
            return failure.tooOld(hours: shop.settings.maximumEventAge.components.seconds / 3600)
        }
        if age > shop.settings.fiscalDeadline {
            return failure.deadlinePassed(
                hours: shop.settings.fiscalDeadline.components.seconds / 3600, kind: run.kind)
        }
        return nil
    }

    /// If the receipts of this edition are on record already: go on with the first that is not done.
    func resume(_ run: JobRun, _ own: [StoredReceipt]) -> Outcome? {
        guard own.contains(where: { $0.edition == run.edition && $0.state != .refused && $0.state != .abandoned })
        else { return nil }
        guard let next = own.first(where: { $0.state == .planned || $0.state == .submitted }) else {
            return Outcome(.finish(outcome: own.contains { $0.state == .shadow } ? "shadow" : "fiscalised"))
        }
        return Outcome(.next(step: Self.submit, queue: next.destination, part: next.part, checkpoint: nil))
    }

    /// The settlements that a plan needs to have for itself: those of the parts that are not printed yet.
    static func settlements(of plan: ReceiptPlan, _ own: [StoredReceipt]) -> [String] {
        guard case .receipts(let planned) = plan else { return [] }
        return planned.enumerated().filter { !isPrinted(part: $0.offset + 1, own) }.map {
            $0.element.settlementKey.description
        }
    }

    private static func isPrinted(part: Int, _ own: [StoredReceipt]) -> Bool {
        own.contains { $0.part == part && $0.state == .fiscalised }
    }

    /// A receipt ready to be put on record.
    struct Promise: Sendable {
        let part: Int
        /// ``nowhere``: it is never sent.
        let destination: String
        let effect: Effect
    }

    /// Puts a plan on record, unless another event settles the same: a function of what is on record.
    ///
    /// `own` are all receipts of the event, `rivals` the events whose living receipts settle what the plan does, by
    /// settlement. `promised` gives a receipt its key and bytes; nil when its register is not configured.
    ///
    /// - Throws: What `promised` throws, but for `FiscalFaults`, which end in front of a person.
    func promise(
        _ plan: ReceiptPlan, _ run: JobRun, event: Int64, shop: Shop, own: [StoredReceipt], rivals: [String: Int64],
        _ promised: (PlannedReceipt, Int) throws -> Promise?
    ) throws -> Outcome {
        guard case .receipts(let planned) = plan else {
            if case .nothingDue(let word) = plan { return Outcome(.finish(outcome: word)) }
            return Outcome(.finish(outcome: "nothing_due"))
        }
        if let printed = Self.displaced(own, by: planned) { return Outcome(.dead(failure.planChanged(part: printed))) }
        var effects: [Effect] = []
        var first: Promise?
        for (index, receipt) in planned.enumerated() {
            let part = index + 1
            if Self.isPrinted(part: part, own) { continue }
            let settlement = receipt.settlementKey.description
            if let rival = rivals[settlement] {
                return Outcome(.dead(failure.alreadyReceipted(by: rival, settlement: settlement)))
            }
            do {
                guard let promise = try promised(receipt, part) else {
                    return Outcome(.dead(failure.unknownDestination(receipt.destination ?? "")))
                }
                effects.append(promise.effect)
                if first == nil, promise.destination != Self.nowhere { first = promise }
            } catch let faults as FiscalFaults {
                return Outcome(.dead(failure.faults(faults)))
            }
        }
        guard let first else {
            return Outcome(.finish(outcome: effects.isEmpty ? "fiscalised" : "shadow"), effects: effects)
        }
        return Outcome(
            .next(step: Self.submit, queue: first.destination, part: first.part, checkpoint: nil), effects: effects)
    }

    /// The part that is printed already and settles something else than this plan says, as after a change of settings
    /// between two editions: to go on would settle lines twice, or never.
    static func displaced(_ own: [StoredReceipt], by planned: [PlannedReceipt]) -> Int? {
        own.first { stored in
            guard stored.state == .fiscalised else { return false }
            guard stored.part <= planned.count else { return true }
            let body = planned[stored.part - 1].document.body
            let printed = stored.document.body
            return printed.type != body.type || printed.total != body.total
                || printed.items.map(\.line) != body.items.map(\.line)
                || printed.items.map(\.sum) != body.items.map(\.sum)
        }?.part
    }

    /// The destination of receipts in shadow mode.
    static let nowhere = "none"

    /// The receipt with key and bytes; nil when its original was issued by a register that is not configured.
    func intent(
        _ planned: PlannedReceipt, part: Int, of run: JobRun, event: Int64, shop: Shop
    ) throws -> ReceiptEffects.Intent? {
        var register = shop.register
        if let former = planned.destination, former != Self.nowhere, former != register?.destination {
            guard let known = directory.registers[former] else { return nil }
            register = known
        }
        let externalID = ExternalID(shop: run.shop, eventKey: run.eventKey, part: part, edition: run.edition)
        let request: [UInt8]
        if let register {
            request = try register.provider.encode(
                planned.document, externalID: externalID.text, callbackURL: shop.callbackURL)
        } else {
            request = []
        }
        return ReceiptEffects.Intent(
            eventID: event, part: part, edition: run.edition, shop: run.shop, planned: planned,
            provider: register?.provider.name ?? Self.nowhere, destination: register?.destination ?? Self.nowhere,
            externalID: externalID, request: request, digest: Array(SHA256.hash(data: request)),
            state: register == nil ? .shadow : .planned)
    }
}
