/// I6: stock is the sum of the transactions, each counted once.
enum StockRule {
    static func violations(of balances: [StockBalance]) -> [Violation] {
        balances.compactMap { balance in
            let place = "product \(balance.product) in store \(balance.store) of shop \(balance.shop)"
            if balance.repeats > 0 {
                return Violation(.stockOnce, "moved_twice", "\(place): \(balance.repeats) lines are on record twice")
            }
            guard !balance.isEven else { return nil }
            return Violation(
                .stockOnce, "level_differs",
                "\(place): the level is \(balance.level ?? "absent"), the transactions say \(balance.sum)")
        }
    }
}
