import Fiscal
import Relay
import Testing

/// A shop's ledger in memory: events are planned one after another, and each plan becomes history for the next.
struct Books {
    let shop: ShopSettings
    private(set) var receipts: [PastReceipt] = []
    private var events: Int64 = 0

    init(_ shop: ShopSettings) { self.shop = shop }

    var ledger: OrderLedger { OrderLedger(receipts: receipts) }

    /// 2026-03-20T09:00:00Z: events that name no time of their own.
    static let now: Int64 = 1_773_997_200

    func context(at seconds: Int64 = now, unreceipted: Int64? = nil) -> PlanningContext {
        PlanningContext(shop: shop, occurredAt: seconds, ledger: ledger, unreceiptedPayment: unreceipted)
    }

    // MARK: Plans

    func plan(paid payload: String) throws -> ReceiptPlan {
        try PaidOrderPlanner.plan(try OrderPaid(payload: payload), context())
    }

    func plan(shipped payload: String, unreceipted: Int64? = nil) throws -> ReceiptPlan {
        try ShippedOrderPlanner.plan(try ShippedOrder(payload: payload), context(unreceipted: unreceipted))
    }

    func plan(refunded payload: String) throws -> ReceiptPlan {
        try RefundPlanner.plan(try RefundedPayment(payload: payload), context())
    }

    func plan(check payload: String) throws -> ReceiptPlan {
        try CashboxCheckPlanner.plan(try CashboxCheck(payload: payload), context())
    }

    func plan(pointOfSale payload: String, _ family: PointOfSalePlanner.Family = .init()) throws -> ReceiptPlan {
        try PointOfSalePlanner.plan(try PosTransaction(payload: payload), context(), family)
    }

    func plan(correction payload: String) throws -> ReceiptPlan {
        let event = try ReceiptCorrectionEvent(payload: payload)
        let wrong = receipts.first { $0.externalID == event.receiptExternalID }
        return try CorrectionPlanner.plan(event, wrong: wrong, eventKey: "event", context())
    }

    // MARK: Plans that are carried out

    @discardableResult
    mutating func paid(_ payload: String) throws -> [PlannedReceipt] { try keep(plan(paid: payload)) }

    @discardableResult
    mutating func shipped(_ payload: String) throws -> [PlannedReceipt] { try keep(plan(shipped: payload)) }

    @discardableResult
    mutating func refunded(_ payload: String) throws -> [PlannedReceipt] { try keep(plan(refunded: payload)) }

    @discardableResult
    mutating func checked(_ payload: String) throws -> [PlannedReceipt] { try keep(plan(check: payload)) }

    @discardableResult
    mutating func corrected(_ payload: String) throws -> [PlannedReceipt] { try keep(plan(correction: payload)) }

    /// Receipts of a plan become history, named `r1`, `r2`, … in order.
    @discardableResult
    mutating func keep(
        _ plan: ReceiptPlan, isFiscalised: Bool = true, destination: String = "kassa"
    ) throws -> [PlannedReceipt] {
        guard case .receipts(let planned) = plan else { return [] }
        events += 1
        for receipt in planned {
            let number = receipts.count + 1
            receipts.append(
                PastReceipt(
                    externalID: "r\(number)", eventID: events, settlementKey: receipt.settlementKey.description,
                    paymentID: receipt.paymentID, originalExternalID: receipt.originalExternalID,
                    destination: receipt.destination ?? destination, document: receipt.document,
                    isFiscalised: isFiscalised, fpd: isFiscalised ? "\(3_522_207_000 + number)" : nil))
        }
        return planned
    }
}

extension PastReceipt {
    /// Kopecks of cash and bank money that came in, less those that went out.
    var cashFlow: Int64 {
        let money = body.payments.cash.kopecks + body.payments.electronic.kopecks + body.payments.other.kopecks
        return body.type.ordinary == .sell ? money : -money
    }
}

extension ReceiptPlan {
    var bodies: [ReceiptBody] { planned.map(\.document.body) }

    var planned: [PlannedReceipt] {
        if case .receipts(let planned) = self { planned } else { [] }
    }
}

extension ReceiptBody {
    /// One line of text for each item and the payments: what a test compares at a glance.
    var summary: String {
        let lines = items.map {
            "\($0.line): \($0.price) × \($0.quantity) = \($0.sum) \($0.vat.rawValue) \($0.method.rawValue)"
        }
        let paid = payments.entries.map { "\($0.means.rawValue) \($0.sum)" }.joined(separator: ", ")
        return (["\(type.rawValue) \(sno.rawValue) \(total) [\(paid)]"] + lines).joined(separator: "\n")
    }
}

/// Codes and fields of the faults that `body` throws, as `code field`.
func faults(_ body: () throws -> Void) -> [String] {
    do {
        try body()
        return []
    } catch let error as FiscalFaults {
        return error.all.map { "\($0.code.rawValue) \($0.field.text)" }
    } catch let error as PlanningFault {
        switch error {
        case .faults(let faults): return faults.all.map { "\($0.code.rawValue) \($0.field.text)" }
        case .originalMissing: return ["original_missing"]
        case .alreadyReceipted(_, let settlement): return ["already_receipted \(settlement)"]
        case .creditOpen(let owed): return ["credit_open \(owed)"]
        case .prepaymentNotReceipted(let event): return ["prepayment_not_receipted \(event)"]
        }
    } catch {
        return ["\(error)"]
    }
}
