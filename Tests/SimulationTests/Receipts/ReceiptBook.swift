import Fiscal
import JobQueue
import Postgres

@testable import FiscalProviders
@testable import Relay

/// What the planners and encoders of production make of the sample events, and its decisions of the provider's answers,
/// each asked once: they are pure functions, and schedules ask the same again and again.
///
/// For one task: it is no `Sendable`.
final class ReceiptBook {
    /// A receipt with its key and bytes, and what schedules ask of it most.
    struct Promised: Sendable {
        let intent: ReceiptEffects.Intent
        let promise: ReceiptSteps.Promise
        let key: String
        let settlement: String
        let digest: String
    }

    /// What an event plans, given the history of its order.
    private struct Question: Hashable {
        let event: Int64
        let shop: String
        let history: [Past]
        let unreceipted: Int64?
        /// When a correction is made of it, in whole seconds.
        let correctedAt: Int64?
    }

    private struct Past: Hashable {
        let digest: String
        let isFiscalised: Bool
    }

    /// A plan, and its receipts by part and edition as far as somebody asked for them.
    final class Plan {
        let result: Result<ReceiptPlan, PlanningFault>
        fileprivate var promises: [Int: ReceiptSteps.Promise] = [:]

        fileprivate init(_ result: Result<ReceiptPlan, PlanningFault>) {
            self.result = result
        }
    }

    let steps: ReceiptSteps
    let definitions: [StepKey: StepDefinition]
    /// The same as a worker's registration tells it.
    let registration: [StepKey: ModelWorker.Step]
    private let decisions = CloudKassirDecisions(
        vocabulary: CloudKassirVocabulary(), passingFailures: CloudKassirFailures.passing)
    private var plans: [Question: Plan] = [:]
    private var promised: [[UInt8]: Promised] = [:]
    private var submissions: [ProviderReply: SubmitAnswer] = [:]
    private var statuses: [ProviderReply: StatusAnswer] = [:]

    /// `nil`: the sample shops cannot be made.
    init?() {
        guard let steps = SampleShops.steps, let all = SampleShops.definitions else { return nil }
        self.steps = steps
        definitions = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })
        registration = definitions.mapValues(ModelWorker.Step.init)
    }

    func shop(_ name: String) -> Shop? { steps.directory.shops[name] }

    /// What the configuration says of the destinations.
    var limits: [DestinationLimits] { steps.directory.limits }

    /// What an event needs, by the planners of production: given the living receipts of its order without its own,
    /// oldest first, and the newest earlier event of its order that took money and has no fiscalised receipt.
    func plan(_ event: SampleEvent, _ run: JobRun, history: [ModelReceipt], unreceipted: Int64?) -> Plan? {
        let isCorrected = run.orderedAs == ReceiptSteps.asCorrection
        let question = Question(
            event: event.id, shop: event.shop,
            history: history.map { Past(digest: $0.promised.digest, isFiscalised: $0.state == .fiscalised) },
            unreceipted: unreceipted, correctedAt: isCorrected ? run.claimedAt.secondsSince1970 : nil)
        if let known = plans[question] { return known }
        guard let shop = shop(event.shop) else { return nil }
        let context = PlanningContext(
            shop: shop.settings, occurredAt: event.occurredAt.secondsSince1970,
            ledger: OrderLedger(receipts: history.map(\.stored.past)), unreceiptedPayment: unreceipted)
        let result = Result { () throws(PlanningFault) in
            switch event.content {
            case .paid(let paid) where isCorrected:
                try ReceiptSteps.planMissed(paid, run, shop: shop, context.ledger)
            case .paid(let paid): try PaidOrderPlanner.plan(paid, context)
            case .shipped(let shipped): try ShippedOrderPlanner.plan(shipped, context)
            case .refunded(let refunded): try RefundPlanner.plan(refunded, context)
            }
        }
        let plan = Plan(result)
        plans[question] = plan
        return plan
    }

    /// A receipt of a plan with its key and bytes.
    func promise(_ receipt: PlannedReceipt, part: Int, of plan: Plan, _ run: JobRun, _ shop: Shop) throws
        -> ReceiptSteps.Promise?
    {
        let place = run.edition * 100 + part
        if let known = plan.promises[place] { return known }
        guard let event = run.eventID,
            let intent = try steps.intent(receipt, part: part, of: run, event: event, shop: shop)
        else { return nil }
        let promise = ReceiptSteps.Promise(
            part: part, destination: intent.destination, effect: try intent.effect())
        plan.promises[place] = promise
        promised[intent.digest] = Promised(
            intent: intent, promise: promise, key: intent.externalID.text,
            settlement: receipt.settlementKey.description, digest: Self.hexadecimal(intent.digest))
        return promise
    }

    /// The receipt that an effect puts on record.
    func promised(by effect: Effect) -> Promised? {
        effect.row[15].byteArray.flatMap { promised[$0] }
    }

    /// A digest in lower-case hexadecimal.
    func text(of digest: [UInt8]) -> String { promised[digest]?.digest ?? Self.hexadecimal(digest) }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    // MARK: What the provider's answers mean

    func submission(_ reply: ProviderReply) -> SubmitAnswer {
        if let known = submissions[reply] { return known }
        let answer = decisions.submit(reply, now: 0)
        submissions[reply] = answer
        return answer
    }

    func status(_ reply: ProviderReply) -> StatusAnswer {
        if let known = statuses[reply] { return known }
        let answer = decisions.status(reply, now: 0)
        statuses[reply] = answer
        return answer
    }
}
