import Fiscal
import JobQueue
import Postgres

extension ReceiptSteps {
    /// Reads the payload and the order's history, and plans the receipts.
    ///
    /// - Throws: ``PlanningFault``, `PostgresError`.
    func plan(_ run: JobRun, event: Int64, shop: Shop) async throws -> ReceiptPlan {
        switch run.kind {
        case "order.paid":
            let paid = try payload(run) { text throws(FiscalFaults) in try OrderPaid(payload: text) }
            if run.orderedAs == Self.asCorrection {
                return try await planMissed(paid, run, event: event, shop: shop)
            }
            return try PaidOrderPlanner.plan(
                paid, try await context(run, event: event, shop: shop, order: paid.order.id))
        case "payment.refunded":
            let refunded = try payload(run) { text throws(FiscalFaults) in try RefundedPayment(payload: text) }
            return try RefundPlanner.plan(
                refunded,
                try await context(
                    run, event: event, shop: shop, order: refunded.order?.id, payment: refunded.paymentID))
        case "order.shipped":
            let shipped = try payload(run) { text throws(FiscalFaults) in try ShippedOrder(payload: text) }
            let history = try await context(
                run, event: event, shop: shop, order: shipped.order.id, checksPayments: true)
            if try await isHandedOverAgain(shipped, run, event: event, history.ledger) {
                return .nothingDue("repeated")
            }
            return try ShippedOrderPlanner.plan(shipped, history)
        case "cashbox.check":
            let check = try payload(run) { text throws(FiscalFaults) in try CashboxCheck(payload: text) }
            return try CashboxCheckPlanner.plan(
                check, try await context(run, event: event, shop: shop, order: check.order?.id, checksPayments: true))
        case PosTransaction.kind:
            let transaction = try payload(run) { text throws(FiscalFaults) in try PosTransaction(payload: text) }
            let sale = transaction.type == .sale ? transaction.id : transaction.originalID ?? transaction.id
            return try await planPointOfSale(
                transaction, run, event: event,
                try await context(
                    run, event: event, shop: shop, order: nil, payment: PosTransaction.payment(of: sale)))
        default:
            let correction = try payload(run) { text throws(FiscalFaults) in
                try ReceiptCorrectionEvent(payload: text)
            }
            var wrong: PastReceipt?
            if let key = correction.receiptExternalID {
                wrong = try await receipts.receipt(shop: run.shop, externalID: key)?.past
            }
            return try CorrectionPlanner.plan(
                correction, wrong: wrong, eventKey: run.eventKey,
                try await context(
                    run, event: event, shop: shop, order: correction.order?.id ?? correction.right?.order.id))
        }
    }

    /// A shipment that was undone and leaves anew with the same goods, for no new money: its receipt stands, since an undoing
    /// alone makes none. Whatever was given back since, or says something else, is for a person (I11).
    private func isHandedOverAgain(
        _ shipped: ShippedOrder, _ run: JobRun, event: Int64, _ ledger: OrderLedger
    ) async throws(PostgresError) -> Bool {
        guard shipped.paidNow.isZero, !ledger.hasReturns else { return false }
        let settlement = SettlementKey.shipment(shipped.shipmentID).description
        guard let former = try await receipts.rival(shop: run.shop, settlementKey: settlement, of: event) else {
            return false
        }
        return try await events.handOverTheSame(event, former)
    }

    /// What a person orders with `replay --as correction`: the settlement was missed, and is repaired (R70).
    static let asCorrection = "correction"

    private func planMissed(
        _ paid: OrderPaid, _ run: JobRun, event: Int64, shop: Shop
    ) async throws -> ReceiptPlan {
        let history = try await context(run, event: event, shop: shop, order: paid.order.id)
        return try Self.planMissed(paid, run, shop: shop, history.ledger)
    }

    /// The correction that is written when `run` was claimed, given the order's other receipts.
    static func planMissed(
        _ paid: OrderPaid, _ run: JobRun, shop: Shop, _ ledger: OrderLedger
    ) throws(PlanningFault) -> ReceiptPlan {
        let settled = shop.settings.zone.clock(secondsSince1970: paid.paidAt ?? run.occurredAt.secondsSince1970)
        guard let settled else { throw .faults(FiscalFaults(.dateInvalid, at: "payment.paid_at")) }
        return try CorrectionPlanner.plan(
            ReceiptCorrectionEvent(missed: paid, on: settled.date), wrong: nil, eventKey: run.eventKey,
            PlanningContext(shop: shop.settings, occurredAt: run.claimedAt.secondsSince1970, ledger: ledger))
    }

    private func payload<Event>(
        _ run: JobRun, _ read: (String) throws(FiscalFaults) -> Event
    ) throws(PlanningFault) -> Event {
        do {
            return try read(run.payload)
        } catch {
            throw .faults(error)
        }
    }

    private func context(
        _ run: JobRun, event: Int64, shop: Shop, order: String?, payment: String? = nil, checksPayments: Bool = false
    ) async throws(PostgresError) -> PlanningContext {
        var history: [StoredReceipt] = []
        if let order {
            history = try await receipts.history(shop: run.shop, order: order)
        } else if let payment {
            history = try await receipts.history(shop: run.shop, payment: payment)
            // The goods of a prepayment may have been receipted at hand-over since, under the order alone.
            if let order = history.compactMap(\.orderID).first {
                history = try await receipts.history(shop: run.shop, order: order)
            }
        }
        // An event does not build on its own receipts: a replay plans what the first run planned.
        let others = history.filter { $0.eventID != event }.map(\.past)
        let unreceipted =
            checksPayments ? try await events.unreceiptedPayment(shop: run.shop, subject: run.lane, before: event) : nil
        return PlanningContext(
            shop: shop.settings, occurredAt: run.occurredAt.secondsSince1970, ledger: OrderLedger(receipts: others),
            unreceiptedPayment: unreceipted)
    }
}

extension StoredReceipt {
    /// The receipt as planning sees it.
    var past: PastReceipt {
        PastReceipt(
            externalID: externalID, eventID: eventID, settlementKey: settlementKey, paymentID: paymentID,
            originalExternalID: originalExternalID, destination: destination, document: document,
            isFiscalised: state == .fiscalised || state == .shadow, fpd: fpd)
    }
}

extension Timestamp {
    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    var secondsSince1970: Int64 {
        let microseconds = microsecondsSince1970
        return microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
    }
}
