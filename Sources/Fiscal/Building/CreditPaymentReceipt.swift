/// A payment for goods handed over on credit (R14, R34, C11).
enum CreditPaymentReceipt {
    /// The amount spread over what is owed for each line, at the plain rates of the day of the hand-over.
    ///
    /// - Throws: ``FiscalFault``: the codes of C14, then `amount_mismatch` unless 0 < amount ≤ Σ balances.
    static func receipt(of order: Order, _ payment: CreditPayment) throws(FiscalFault) -> ReceiptBody {
        var rates: [VATRate] = []
        rates.reserveCapacity(payment.balances.count)
        for (position, balance) in payment.balances.enumerated() {
            rates.append(
                try VATRate.usable(
                    balance.vat, on: payment.shipDate, under: order.sno, isAgentItem: balance.agent != nil,
                    at: FieldPath("credit_balances").element(position).field("vat_rate")))
        }
        var owed = Money.zero
        do {
            for (position, balance) in payment.balances.enumerated() {
                guard !balance.balance.isNegative else {
                    throw FiscalFault(.amountMismatch, at: FieldPath("credit_balances").element(position))
                }
                owed = try owed.adding(balance.balance)
            }
        } catch let fault as FiscalFault {
            throw fault
        } catch {
            throw .limitSum(at: "credit_balances")
        }
        guard payment.amount.isPositive, payment.amount <= owed,
            let shares = LargestRemainder.shares(
                of: payment.amount.kopecks, over: payment.balances.map(\.balance.kopecks))
        else {
            throw FiscalFault(
                .amountMismatch, at: "amount", found: payment.amount.description, limit: owed.description)
        }
        var draft = ReceiptDraft(.sell, sno: order.sno, expectedItems: payment.balances.count)
        for (position, balance) in payment.balances.enumerated() where shares[position] > 0 {
            draft.addPayment(
                line: balance.line, name: balance.name, sum: Money(kopecks: shares[position]), method: .creditPayment,
                vat: rates[position], agent: balance.agent)
        }
        return try draft.receipt(total: payment.amount, payments: Payments(.electronic, payment.amount))
    }
}
