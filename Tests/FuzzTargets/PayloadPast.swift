import Relay

/// What an order of the payload target went through before: an advance payment, and a sale at a till.
enum PayloadPast {
    /// Its receipts, all fiscalised, oldest first.
    static let receipts: [PastReceipt] = {
        guard let shop = PayloadFuzzing.shop else { return [] }
        let context = PlanningContext(
            shop: shop, occurredAt: 1_780_000_000, ledger: OrderLedger(receipts: []))
        var planned: [PlannedReceipt] = []
        for plan in [
            try? PaidOrderPlanner.plan(OrderPaid(payload: paid), context),
            try? PointOfSalePlanner.plan(PosTransaction(payload: sale), context, PointOfSalePlanner.Family()),
        ] {
            if case .receipts(let receipts) = plan { planned += receipts }
        }
        return planned.enumerated().map { index, receipt in
            PastReceipt(
                externalID: "main/\(index == 0 ? "a" : "b\(index)")/1.1", eventID: Int64(index + 1),
                settlementKey: receipt.settlementKey.description, paymentID: receipt.paymentID,
                destination: "cloudkassir:shop@api.example.ru", document: receipt.document, fpd: "1234567890")
        }
    }()

    private static let items = """
        [{"id": "77", "product_id": 501, "name": "Чайник", "price": "590.00", "quantity": "2", "vat_rate": "0.22",
          "measure_code": 796, "object": "commodity", "store_id": 1}]
        """

    private static let paid = """
        {"v": 1, "order": {"id": 1001}, "payment": {"id": 5, "sum": "1480.00", "means": "electronic"},
         "settlement": "full_prepayment", "customer": {"email": "ivanov@example.ru"}, "items": \(items),
         "delivery": {"name": "Доставка", "price": "300.00", "vat_rate": "0.22"}}
        """

    private static let sale = """
        {"v": 1, "order": {"id": 1001}, "transaction_id": "T1", "type": "sale", "terminal": "7", "store_id": 1,
         "occurred_at": "2026-11-20T12:00:00Z", "fiscalized_by": "cloud", "means": "cash", "sum": "1180.00",
         "customer": {"email": "ivanov@example.ru"}, "items": \(items)}
        """
}
