/// I11: one living receipt per settlement and part.
enum SettlementRule {
    static func violations(of rivals: [HistoryReceipt]) -> [Violation] {
        rivals.filter(\.isLiving).map {
            Violation(
                .oneReceiptPerSettlement, "settled_twice", event: $0.event, receipt: $0.externalID,
                "part \($0.part) of \($0.settlementKey) has another living receipt")
        }
    }
}
